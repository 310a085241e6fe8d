/* Vector table and reset. boot2 has made the flash readable and jumps here. */
#include <stdint.h>

extern uint32_t stack_top[], data_start[], data_end[], bss_start[], bss_end[];
extern const uint32_t data_load[];

int main(void);
void Reset_Handler(void);
void SysTick_Handler(void);
void UART0_Handler(void);

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

/* 16 exceptions of the core, then 26 interrupts of the chip. */
typedef struct {
  uint32_t *stack;
  handler_t reset, nmi, hard_fault, reserved[7], svcall, reserved_too[2], pendsv, systick;
  handler_t interrupts[26];
} vectors_t;

extern const vectors_t vectors;

__attribute__((section(".vectors"), used)) const vectors_t vectors = {
  .stack = stack_top,
  .reset = Reset_Handler,
  .nmi = halt,
  .hard_fault = halt,
  .svcall = halt,
  .pendsv = halt,
  .systick = SysTick_Handler,
  .interrupts = {[20] = UART0_Handler},
};
