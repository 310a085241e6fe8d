/*
 * The innermost loop of level sums by hand, where a core has an instruction that reads four words; level_sums.h has the same
 * in C. Adds the four words at each place of a run, whose steps are bytes, to four sums.
 *
 * Thumb-2 needs 9 instructions a place where the compiler makes 12, Thumb-1 12 where it makes 14.
 */
#ifndef TABLIZE_ADD_RUN_H
#define TABLIZE_ADD_RUN_H

#if defined(__GNUC__) && defined(__thumb2__)
#define TABLIZE_ADD_RUN(sums, step, end, place, unit) \
  __asm__ volatile( \
    "b 2f\n" \
    "1: ldrb r4, [%[s]], #1\n" \
    "add %[p], %[p], r4, lsl %[shift]\n" \
    "ldmia %[p], {r4, r5, r6, r8}\n" \
    "add %[a], %[a], r4\n" \
    "add %[b], %[b], r5\n" \
    "add %[c], %[c], r6\n" \
    "add %[d], %[d], r8\n" \
    "2: cmp %[s], %[e]\n" \
    "bne 1b\n" \
    : [a] "+r"((sums).a), [b] "+r"((sums).b), [c] "+r"((sums).c), [d] "+r"((sums).d), [s] "+r"(step), [p] "+r"(place) \
    : [e] "r"(end), [shift] "I"(2 + (unit)) \
    : "r4", "r5", "r6", "r8", "cc", "memory")
#elif defined(__GNUC__) && defined(__thumb__)
#define TABLIZE_ADD_RUN(sums, step, end, place, unit) \
  __asm__ volatile( \
    ".syntax unified\n" \
    "b 2f\n" \
    "1: ldrb r3, [%[s]]\n" \
    "adds %[s], #1\n" \
    "lsls r3, r3, %[shift]\n" \
    "adds %[p], %[p], r3\n" \
    "ldmia %[p]!, {r3, r4, r5, r6}\n" \
    "subs %[p], #16\n" \
    "add %[a], %[a], r3\n" \
    "add %[b], %[b], r4\n" \
    "add %[c], %[c], r5\n" \
    "add %[d], %[d], r6\n" \
    "2: cmp %[s], %[e]\n" \
    "bne 1b\n" \
    : [a] "+h"((sums).a), [b] "+h"((sums).b), [c] "+h"((sums).c), [d] "+h"((sums).d), [s] "+l"(step), [p] "+l"(place) \
    : [e] "l"(end), [shift] "I"(2 + (unit)) \
    : "r3", "r4", "r5", "r6", "cc", "memory")
#endif

#endif
