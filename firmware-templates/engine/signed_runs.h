/*
 * All signed runs of a filter over a block, where every run starts where the window begins: by hand for the Thumb instruction sets and
 * RV32, else in C. It is the innermost part of level sums (level_sums.h).
 */
#ifndef TABLIZE_SIGNED_RUNS_H
#define TABLIZE_SIGNED_RUNS_H

#include "run.h"

/* Eight places. */
#define TABLIZE_ROUND(shift, round, last) \
  round ":\n" \
  TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) \
  TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) TABLIZE_PLACE(shift) \
  last ":\n"

#if defined(__GNUC__) && defined(__thumb2__)
/* 20 bytes of code. */
#define TABLIZE_PLACE(shift) \
  "ldrb.w r4, [r0], #1\n" \
  "add.w lr, lr, r4, lsl #" shift "\n" \
  "ldmia.w lr, {r4, r5, r6, r7}\n" \
  "add.n r8, r4\n" \
  "add.n r9, r5\n" \
  "add.n r10, r6\n" \
  "add.n r11, r7\n"
/* A list, of which rounds of 8 places are left when the others are added: the first round begins in the middle. */
#define TABLIZE_LIST(shift, round, last) \
  "mov lr, r1\n" \
  "ldrb.w r4, [r0], #1\n" \
  "add.w r12, r0, r4\n" \
  "and r4, r4, #7\n" \
  "add.w r4, r4, r4, lsl #2\n" \
  "adr.w r5, " last "f\n" \
  "sub.w r5, r5, r4, lsl #2\n" \
  "mov pc, r5\n" \
  ".p2align 2\n" \
  TABLIZE_ROUND(shift, round, last) \
  "cmp r0, r12\n" \
  "bne.n " round "b\n"
#define TABLIZE_CLEAR_SUMS \
  "mov.w r8, #0\n" \
  "mov.w r9, #0\n" \
  "mov.w r10, #0\n" \
  "mov.w r11, #0\n"
#define TABLIZE_NEGATE_SUMS \
  "sub.w r8, r3, r8\n" \
  "sub.w r9, r3, r9\n" \
  "sub.w r10, r3, r10\n" \
  "sub.w r11, r3, r11\n"
/* r3 is 0. */
#define TABLIZE_DOUBLE_SUMS \
  "sub.w r8, r3, r8, lsl #1\n" \
  "sub.w r9, r3, r9, lsl #1\n" \
  "sub.w r10, r3, r10, lsl #1\n" \
  "sub.w r11, r3, r11, lsl #1\n"
#define TABLIZE_STORE_SUMS "stmia.w r2!, {r8, r9, r10, r11}\n"
#define TABLIZE_SAVE "push.w {r4, r5, r6, r7, r8, r9, r10, r11, lr}\n"
#define TABLIZE_RESTORE "pop.w {r4, r5, r6, r7, r8, r9, r10, r11, pc}\n"
#elif defined(__GNUC__) && defined(__thumb__)
/* 20 bytes of code. The window's address waits in r12. */
#define TABLIZE_PLACE(shift) \
  "ldrb r4, [r0]\n" \
  "adds r0, #1\n" \
  "lsls r4, r4, #" shift "\n" \
  "adds r1, r1, r4\n" \
  "ldmia r1!, {r4, r5, r6, r7}\n" \
  "subs r1, #16\n" \
  "add r8, r4\n" \
  "add r9, r5\n" \
  "add r10, r6\n" \
  "add r11, r7\n"
#define TABLIZE_LIST(shift, round, last) \
  "mov r1, r12\n" \
  "ldrb r4, [r0]\n" \
  "adds r0, #1\n" \
  "adds r5, r0, r4\n" \
  "mov lr, r5\n" \
  "lsls r4, r4, #29\n" \
  "lsrs r4, r4, #27\n" \
  "lsrs r5, r4, #2\n" \
  "adds r4, r4, r5\n" \
  "lsls r4, r4, #2\n" \
  "adr r5, " last "f\n" \
  "subs r5, r5, r4\n" \
  "mov pc, r5\n" \
  ".p2align 2\n" \
  TABLIZE_ROUND(shift, round, last) \
  "cmp r0, lr\n" \
  "bne " round "b\n"
#define TABLIZE_CLEAR_SUMS \
  "movs r4, #0\n" \
  "mov r8, r4\n" \
  "mov r9, r4\n" \
  "mov r10, r4\n" \
  "mov r11, r4\n"
#define TABLIZE_NEGATE_SUMS \
  "mov r4, r8\n" \
  "subs r4, r3, r4\n" \
  "mov r8, r4\n" \
  "mov r4, r9\n" \
  "subs r4, r3, r4\n" \
  "mov r9, r4\n" \
  "mov r4, r10\n" \
  "subs r4, r3, r4\n" \
  "mov r10, r4\n" \
  "mov r4, r11\n" \
  "subs r4, r3, r4\n" \
  "mov r11, r4\n"
#define TABLIZE_DOUBLE_SUMS \
  "add r8, r8\n" \
  "add r9, r9\n" \
  "add r10, r10\n" \
  "add r11, r11\n" \
  TABLIZE_NEGATE_SUMS
#define TABLIZE_STORE_SUMS \
  "mov r4, r8\n" \
  "mov r5, r9\n" \
  "mov r6, r10\n" \
  "mov r7, r11\n" \
  "stmia r2!, {r4, r5, r6, r7}\n"
#define TABLIZE_SAVE \
  "push {r4, r5, r6, r7, lr}\n" \
  "mov r4, r8\n" \
  "mov r5, r9\n" \
  "mov r6, r10\n" \
  "mov r7, r11\n" \
  "push {r4, r5, r6, r7}\n" \
  "mov r12, r1\n"
#define TABLIZE_RESTORE \
  "pop {r4, r5, r6, r7}\n" \
  "mov r8, r4\n" \
  "mov r9, r5\n" \
  "mov r10, r6\n" \
  "mov r11, r7\n" \
  "pop {r4, r5, r6, r7, pc}\n"
#endif

#if defined(__GNUC__) && defined(__riscv) && __riscv_xlen == 32
/* With the registers of RV32E. The window's address waits in a1, `to` in t1, `ground` in t2, `last` on the stack. */
#define TABLIZE_PLACE(shift) \
  "lbu a4, 0(a0)\n" \
  "addi a0, a0, 1\n" \
  "slli a4, a4, " shift "\n" \
  "add a5, a5, a4\n" \
  "lw a4, 0(a5)\n" \
  "add s0, s0, a4\n" \
  "lw a4, 4(a5)\n" \
  "add s1, s1, a4\n" \
  "lw a4, 8(a5)\n" \
  "add a2, a2, a4\n" \
  "lw a4, 12(a5)\n" \
  "add a3, a3, a4\n"
#define TABLIZE_LIST(shift, round, last) \
  "lbu a4, 0(a0)\n" \
  "addi a0, a0, 1\n" \
  "add t0, a0, a4\n" \
  "mv a5, a1\n" \
  "beqz a4, " last "f\n" \
  round ":\n" \
  TABLIZE_PLACE(shift) \
  "bne a0, t0, " round "b\n" \
  last ":\n"
#define TABLIZE_CLEAR_SUMS \
  "li s0, 0\n" \
  "li s1, 0\n" \
  "li a2, 0\n" \
  "li a3, 0\n"
#define TABLIZE_NEGATE_SUMS \
  "sub s0, t2, s0\n" \
  "sub s1, t2, s1\n" \
  "sub a2, t2, a2\n" \
  "sub a3, t2, a3\n"
#define TABLIZE_DOUBLE_SUMS \
  "slli s0, s0, 1\n" \
  "slli s1, s1, 1\n" \
  "slli a2, a2, 1\n" \
  "slli a3, a3, 1\n" \
  TABLIZE_NEGATE_SUMS
#define TABLIZE_STORE_SUMS \
  "sw s0, 0(t1)\n" \
  "sw s1, 4(t1)\n" \
  "sw a2, 8(t1)\n" \
  "sw a3, 12(t1)\n" \
  "addi t1, t1, 16\n"
#define TABLIZE_SAVE \
  "addi sp, sp, -16\n" \
  "sw s0, 0(sp)\n" \
  "sw s1, 4(sp)\n" \
  "sw a4, 8(sp)\n" \
  "mv t1, a2\n" \
  "mv t2, a3\n"
#define TABLIZE_RESTORE \
  "lw s0, 0(sp)\n" \
  "lw s1, 4(sp)\n" \
  "addi sp, sp, 16\n" \
  "ret\n"
#define TABLIZE_AGAIN_UNTIL_LAST \
  "lw a4, 8(sp)\n" \
  "bne t1, a4, 1b\n"
#define TABLIZE_END_AT_LAST \
  "lw a4, 8(sp)\n" \
  "addi a4, a4, -1\n" \
  "sw a4, 8(sp)\n" \
  "beqz a4, 6f\n"
#define TABLIZE_AGAIN "j 1b\n"
#define TABLIZE_SYNTAX ""
#elif defined(TABLIZE_PLACE)
#define TABLIZE_AGAIN_UNTIL_LAST \
  "ldr r4, [sp, #36]\n" \
  "cmp r2, r4\n" \
  "beq 6f\n" \
  "b 1b\n" \
  "6:\n"
#define TABLIZE_END_AT_LAST \
  "ldr r4, [sp, #36]\n" \
  "subs r4, r4, #1\n" \
  "beq 6f\n" \
  "str r4, [sp, #36]\n"
#define TABLIZE_AGAIN "b 1b\n"
#define TABLIZE_SYNTAX ".syntax unified\n"
#endif

#if defined(TABLIZE_PLACE)
#define TABLIZE_RUNS_FUNCTION(name) \
  __attribute__((naked, noinline, unused)) static const uint8_t *name( \
    __attribute__((unused)) const uint8_t *step, __attribute__((unused)) const tablize_word_t *window, __attribute__((unused)) tablize_word_t *to, \
    __attribute__((unused)) tablize_word_t ground, __attribute__((unused)) uintptr_t last)
/*
 * signed_runs: sums of each run go to `to`, up to `last`. chained_runs: `last` runs, of which each begins with the doubled sums of the
 * one before; only the last one's go to `to`; `ground` is 0. Both return where the next filter's runs begin.
 */
#define TABLIZE_DEFINE_RUNS(unit, shift) \
  TABLIZE_RUNS_FUNCTION(tablize_signed_runs_##unit) \
  { \
    __asm__ volatile( \
      TABLIZE_SYNTAX \
      TABLIZE_SAVE \
      "1:\n" \
      TABLIZE_CLEAR_SUMS \
      TABLIZE_LIST(shift, "2", "3") \
      TABLIZE_NEGATE_SUMS \
      TABLIZE_LIST(shift, "4", "5") \
      TABLIZE_STORE_SUMS \
      TABLIZE_AGAIN_UNTIL_LAST \
      TABLIZE_RESTORE); \
  } \
  TABLIZE_RUNS_FUNCTION(tablize_chained_runs_##unit) \
  { \
    __asm__ volatile( \
      TABLIZE_SYNTAX \
      TABLIZE_SAVE \
      TABLIZE_CLEAR_SUMS \
      "1:\n" \
      TABLIZE_LIST(shift, "2", "3") \
      TABLIZE_NEGATE_SUMS \
      TABLIZE_LIST(shift, "4", "5") \
      TABLIZE_END_AT_LAST \
      TABLIZE_DOUBLE_SUMS \
      TABLIZE_AGAIN \
      "6:\n" \
      TABLIZE_STORE_SUMS \
      TABLIZE_RESTORE); \
  }
TABLIZE_DEFINE_RUNS(0, "2")
TABLIZE_DEFINE_RUNS(1, "3")
TABLIZE_DEFINE_RUNS(2, "4")
TABLIZE_DEFINE_RUNS(3, "5")
TABLIZE_DEFINE_RUNS(4, "6")
TABLIZE_DEFINE_RUNS(5, "7")
TABLIZE_DEFINE_RUNS(6, "8")
TABLIZE_DEFINE_RUNS(7, "9")
TABLIZE_DEFINE_RUNS(8, "10")

/* That of a unit which is known when this is compiled. */
#define TABLIZE_OF_UNIT(name, unit) \
  ((unit) == 0 ? name##_0 \
   : (unit) == 1 ? name##_1 \
   : (unit) == 2 ? name##_2 \
   : (unit) == 3 ? name##_3 \
   : (unit) == 4 ? name##_4 \
   : (unit) == 5 ? name##_5 \
   : (unit) == 6 ? name##_6 \
   : (unit) == 7 ? name##_7 \
                 : name##_8)
#endif

/* Adds up `runs` runs, which all start at `window`; returns where the next filter's begin. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_signed_runs(const TABLIZE_FLASH uint8_t *step, uint8_t runs, uint8_t unit, const tablize_word_t *window, tablize_word_t ground, tablize_word_t *to)
{
  const tablize_word_t *const end = to + ((size_t)runs << TABLIZE_BLOCK_LOG2);
#if defined(TABLIZE_PLACE)
  return TABLIZE_OF_UNIT(tablize_signed_runs, unit)(step, window, to, ground, (uintptr_t)end);
#else
  for (; to != end; to += TABLIZE_BLOCK) {
    step = tablize_signed_run(step, window, unit, ground, to);
  }
  return step;
#endif
}

/* The same of runs each of which begins with the doubled sums of the one before: only the last one's sums are put out. */
TABLIZE_INLINE const TABLIZE_FLASH uint8_t *tablize_chained_runs(const TABLIZE_FLASH uint8_t *step, uint8_t runs, uint8_t unit, const tablize_word_t *window, tablize_word_t *to)
{
#if defined(TABLIZE_PLACE)
  return TABLIZE_OF_UNIT(tablize_chained_runs, unit)(step, window, to, 0, runs);
#else
  tablize_sums_t sums = {0, 0, 0, 0};
  for (;;) {
    step = tablize_add_list(step, window, unit, &sums);
    tablize_take_from(0, &sums);
    step = tablize_add_list(step, window, unit, &sums);
    runs--;
    if (runs == 0) {
      break;
    }
    tablize_double(&sums);
    tablize_take_from(0, &sums);
  }
  tablize_put_sums(&sums, to);
  return step;
#endif
}

#endif
