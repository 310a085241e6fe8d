/*
 * Vector table and reset of a Cortex-M, for what jumps to the reset vector: the core, or boot2 of an RP2040. registers.h says which
 * interrupt is the UART's.
 */
#include <stdint.h>

#include "cortex_m.h"
#include "registers.h"

extern uint32_t stack_top[], data_start[], data_end[], bss_start[], bss_end[];
extern const uint32_t data_load[];

int main(void);
void Reset_Handler(void);

static void halt(void)
{
  for (;;) {
  }
}

void Reset_Handler(void)
{
  const uint32_t *from = data_load;
  uint32_t *to;
  for (to = data_start; to < data_end; to++) {
    *to = *from++;
  }
  for (to = bss_start; to < bss_end; to++) {
    *to = 0;
  }
  (void)main();
  halt();
}

typedef void (*handler_t)(void);

#define INTERRUPTS (UART_IRQ < 32u ? 32u : UART_IRQ + 1u)

/* 16 exceptions of the core, then interrupts of the chip. */
typedef struct {
  uint32_t *stack;
  handler_t reset, nmi, hard_fault, memory_fault, bus_fault, usage_fault, reserved[4], svcall, debug, reserved_too, pendsv,
    systick;
  handler_t interrupts[INTERRUPTS];
} vectors_t;

extern const vectors_t vectors;

__attribute__((section(".vectors"), used)) const vectors_t vectors = {
  .stack = stack_top,
  .reset = Reset_Handler,
  .nmi = halt,
  .hard_fault = halt,
  .memory_fault = halt,
  .bus_fault = halt,
  .usage_fault = halt,
  .svcall = halt,
  .debug = halt,
  .pendsv = halt,
  .systick = SysTick_Handler,
  .interrupts = {[UART_IRQ] = UART_Handler},
};
