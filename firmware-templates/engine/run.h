/*
 * The innermost loops of level sums, in C and by hand. A list of places is stored as their number, then the step to each from
 * the one before. TABLIZE_ADD_LIST adds the four words at each place to four sums, TABLIZE_ADD_LIST_1 the one word to one sum.
 *
 * Thumb has an instruction that reads four words, and two places are added per round: 8 instructions a place (Thumb-1: 11)
 * where the compiler makes 12 (14). AVR has only one pointer that reads flash, which compilers use for all else too: 22 cycles
 * a place, 11 for one word.
 */
#ifndef TABLIZE_RUN_H
#define TABLIZE_RUN_H

#include "words.h"

#if defined(__GNUC__) && defined(__thumb2__)
#define TABLIZE_SUM "+r"
#define TABLIZE_POINTER "r"
#define TABLIZE_SCRATCH "r4"
#define TABLIZE_SCRATCHES "r4", "r5", "r6", "r8"
#define TABLIZE_ADD_PLACE \
  "ldrb r4, [%[s]], #1\n" \
  "add %[p], %[p], r4, lsl %[shift]\n" \
  "ldmia %[p], {r4, r5, r6, r8}\n" \
  "add %[a], %[a], r4\n" \
  "add %[b], %[b], r5\n" \
  "add %[c], %[c], r6\n" \
  "add %[d], %[d], r8\n"
#elif defined(__GNUC__) && defined(__thumb__)
/* Sums are in the high registers, of which only some instructions take any. */
#define TABLIZE_SUM "+h"
#define TABLIZE_POINTER "l"
#define TABLIZE_SCRATCH "r3"
#define TABLIZE_SCRATCHES "r3", "r4", "r5", "r6"
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
#endif

#if defined(TABLIZE_ADD_PLACE)
#define TABLIZE_ADD_LIST(sums, step, end, place, unit) \
  __asm__ volatile( \
    ".syntax unified\n" \
    "subs " TABLIZE_SCRATCH ", %[e], %[s]\n" \
    "lsls " TABLIZE_SCRATCH ", " TABLIZE_SCRATCH ", #31\n" \
    "beq 2f\n" \
    TABLIZE_ADD_PLACE \
    "b 2f\n" \
    "1:\n" \
    TABLIZE_ADD_PLACE \
    TABLIZE_ADD_PLACE \
    "2: cmp %[s], %[e]\n" \
    "bne 1b\n" \
    : [a] TABLIZE_SUM((sums).a), [b] TABLIZE_SUM((sums).b), [c] TABLIZE_SUM((sums).c), [d] TABLIZE_SUM((sums).d), [s] "+" TABLIZE_POINTER(step), [p] "+" TABLIZE_POINTER(place) \
    : [e] TABLIZE_POINTER(end), [shift] "I"(2 + (unit)) \
    : TABLIZE_SCRATCHES, "cc", "memory")
#elif defined(__AVR__) && !defined(__clang__)
/* r0 may be overwritten, r1 is zero, X points to the words, Z to the steps. */
#define TABLIZE_ADD_LIST(sums, step, end, place, unit) \
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
#define TABLIZE_ADD_LIST_1(sum, step, end, place) \
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

/* The sums of a run over a block of positions. */
typedef struct {
  tablize_word_t a, b, c, d;
} tablize_sums_t;

TABLIZE_INLINE void tablize_add_place(tablize_sums_t *sums, const tablize_word_t *place)
{
  sums->a = (tablize_word_t)(sums->a + place[0]);
  sums->b = (tablize_word_t)(sums->b + place[1]);
  sums->c = (tablize_word_t)(sums->c + place[2]);
  sums->d = (tablize_word_t)(sums->d + place[3]);
}

/* Adds the activations of a list, whose first step starts at `place`; returns what is stored after it. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_add_list(const TABLIZE_FLASH uint8_t *list, const tablize_word_t *place, uint8_t unit, tablize_sums_t *sums)
{
  const TABLIZE_FLASH uint8_t *const end = list + 1 + *list;
  (void)unit;
  list++;
#ifdef TABLIZE_ADD_LIST
  TABLIZE_ADD_LIST(*sums, list, end, place, unit);
#else
  while (list != end) {
    place += (size_t)*list++ << unit;
    tablize_add_place(sums, place);
  }
#endif
  return list;
}

TABLIZE_INLINE void tablize_take_from(tablize_word_t ground, tablize_sums_t *sums)
{
  sums->a = (tablize_word_t)(ground - sums->a);
  sums->b = (tablize_word_t)(ground - sums->b);
  sums->c = (tablize_word_t)(ground - sums->c);
  sums->d = (tablize_word_t)(ground - sums->d);
}

TABLIZE_INLINE void tablize_double(tablize_sums_t *sums)
{
  sums->a = (tablize_word_t)(sums->a << 1);
  sums->b = (tablize_word_t)(sums->b << 1);
  sums->c = (tablize_word_t)(sums->c << 1);
  sums->d = (tablize_word_t)(sums->d << 1);
}

TABLIZE_INLINE void tablize_put_sums(const tablize_sums_t *sums, tablize_word_t *to)
{
  to[0] = sums->a;
  to[1] = sums->b;
  to[2] = sums->c;
  to[3] = sums->d;
}

/* Sums of the activations of a run; returns where the next run begins. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_run(const TABLIZE_FLASH uint8_t *run, const tablize_word_t *place, uint8_t unit, tablize_word_t *to)
{
  tablize_sums_t sums = {0, 0, 0, 0};
  run = tablize_add_list(run, place, unit, &sums);
  tablize_put_sums(&sums, to);
  return run;
}

/* The same of a run that begins with a list of what is taken away: from `ground`, so that no sum falls below 0. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_signed_run(const TABLIZE_FLASH uint8_t *run, const tablize_word_t *place, uint8_t unit, tablize_word_t ground, tablize_word_t *to)
{
  tablize_sums_t sums = {0, 0, 0, 0};
  run = tablize_add_list(run, place, unit, &sums);
  tablize_take_from(ground, &sums);
  run = tablize_add_list(run, place, unit, &sums);
  tablize_put_sums(&sums, to);
  return run;
}

#if TABLIZE_LANES == 1
/* The same at a single position. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_run_1(const TABLIZE_FLASH uint8_t *run, const tablize_word_t *place, tablize_word_t *to)
{
  const TABLIZE_FLASH uint8_t *const end = run + 1 + *run;
  tablize_word_t sum = 0;
  run++;
#ifdef TABLIZE_ADD_LIST_1
  TABLIZE_ADD_LIST_1(sum, run, end, place);
#else
  while (run != end) {
    place += *run++;
    sum = (tablize_word_t)(sum + *place);
  }
#endif
  *to = sum;
  return run;
}
#endif

#endif
