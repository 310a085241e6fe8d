/*
 * The innermost loops of level sums by hand; level_sums.h has the same in C. TABLIZE_ADD_RUN adds the four words at each
 * place of a run, whose steps are bytes, to four sums, TABLIZE_ADD_RUN_1 the one word to one sum.
 *
 * Thumb has an instruction that reads four words, and two places are added per round: 8 instructions a place (Thumb-1: 11)
 * where the compiler makes 12 (14). AVR has only one pointer that reads flash, which compilers use for all else too: 22 cycles a place, 11 for one word.
 */
#ifndef TABLIZE_ADD_RUN_H
#define TABLIZE_ADD_RUN_H

#if defined(__GNUC__) && defined(__thumb2__)
#define TABLIZE_ADD_PLACE \
  "ldrb r4, [%[s]], #1\n" \
  "add %[p], %[p], r4, lsl %[shift]\n" \
  "ldmia %[p], {r4, r5, r6, r8}\n" \
  "add %[a], %[a], r4\n" \
  "add %[b], %[b], r5\n" \
  "add %[c], %[c], r6\n" \
  "add %[d], %[d], r8\n"
#define TABLIZE_ADD_RUN(sums, step, end, place, unit) \
  __asm__ volatile( \
    "subs r4, %[e], %[s]\n" \
    "lsls r4, r4, #31\n" \
    "beq 2f\n" \
    TABLIZE_ADD_PLACE \
    "b 2f\n" \
    "1:\n" \
    TABLIZE_ADD_PLACE \
    TABLIZE_ADD_PLACE \
    "2: cmp %[s], %[e]\n" \
    "bne 1b\n" \
    : [a] "+r"((sums).a), [b] "+r"((sums).b), [c] "+r"((sums).c), [d] "+r"((sums).d), [s] "+r"(step), [p] "+r"(place) \
    : [e] "r"(end), [shift] "I"(2 + (unit)) \
    : "r4", "r5", "r6", "r8", "cc", "memory")
#elif defined(__GNUC__) && defined(__thumb__)
#define TABLIZE_ADD_PLACE \
  "ldrb r3, [%[s]]\n" \
  "adds %[s], #1\n" \
  "lsls r3, r3, %[shift]\n" \
  "adds %[p], %[p], r3\n" \
  "ldmia %[p]!, {r3, r4, r5, r6}\n" \
  "subs %[p], #16\n" \
  "add %[a], %[a], r3\n" \
  "add %[b], %[b], r4\n" \
  "add %[c], %[c], r5\n" \
  "add %[d], %[d], r6\n"
#define TABLIZE_ADD_RUN(sums, step, end, place, unit) \
  __asm__ volatile( \
    ".syntax unified\n" \
    "subs r3, %[e], %[s]\n" \
    "lsls r3, r3, #31\n" \
    "beq 2f\n" \
    TABLIZE_ADD_PLACE \
    "b 2f\n" \
    "1:\n" \
    TABLIZE_ADD_PLACE \
    TABLIZE_ADD_PLACE \
    "2: cmp %[s], %[e]\n" \
    "bne 1b\n" \
    : [a] "+h"((sums).a), [b] "+h"((sums).b), [c] "+h"((sums).c), [d] "+h"((sums).d), [s] "+l"(step), [p] "+l"(place) \
    : [e] "l"(end), [shift] "I"(2 + (unit)) \
    : "r3", "r4", "r5", "r6", "cc", "memory")
#elif defined(__AVR__) && !defined(__clang__)
/* r0 may be overwritten, r1 is zero, X points to the words, Z to the steps. */
#define TABLIZE_ADD_RUN(sums, step, end, place, unit) \
  do { \
    uint8_t left_ = (uint8_t)((end) - (step)); \
    __asm__ volatile( \
      "rjmp 2f\n" \
      "1: lpm r0, Z+\n" \
      "add r26, r0\n" \
      "adc r27, r1\n" \
      "ld r0, X+\n" \
      "add %[a], r0\n" \
      "ld r0, X+\n" \
      "add %[b], r0\n" \
      "ld r0, X+\n" \
      "add %[c], r0\n" \
      "ld r0, X+\n" \
      "add %[d], r0\n" \
      "sbiw r26, 4\n" \
      "2: subi %[left], 1\n" \
      "brcc 1b\n" \
      : [a] "+r"((sums).a), [b] "+r"((sums).b), [c] "+r"((sums).c), [d] "+r"((sums).d), "+z"(step), "+x"(place), [left] "+d"(left_) \
      : \
      : "memory"); \
  } while (0)
#define TABLIZE_ADD_RUN_1(sum, step, end, place) \
  do { \
    uint8_t left_ = (uint8_t)((end) - (step)); \
    __asm__ volatile( \
      "rjmp 2f\n" \
      "1: lpm r0, Z+\n" \
      "add r26, r0\n" \
      "adc r27, r1\n" \
      "ld r0, X\n" \
      "add %[a], r0\n" \
      "2: subi %[left], 1\n" \
      "brcc 1b\n" \
      : [a] "+r"(sum), "+z"(step), "+x"(place), [left] "+d"(left_) \
      : \
      : "memory"); \
  } while (0)
#endif

#endif
