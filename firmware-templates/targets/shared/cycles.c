/* SysTick as the cycle counter. */
#include "cortex_m.h"
#include "port.h"

static volatile uint32_t clock_rounds;

void cycles_init(void)
{
  REGISTER(SYSTICK_RVR) = 0xffffffu;
  REGISTER(SYSTICK_CVR) = 0;
  REGISTER(SYSTICK_CSR) = SYSTICK_RUN_INTERRUPT_CPU_CLOCK;
}

void SysTick_Handler(void)
{
  clock_rounds++;
}

/* From the start of a round, so that the interrupts of SysTick fall on the same cycles every time. */
void port_clock_start(void)
{
  REGISTER(SYSTICK_CVR) = 0;
  clock_rounds = 0;
}

/* SysTick counts 24 bits down, its interrupt counts the rounds. */
uint32_t port_clock_read(void)
{
  uint32_t rounds;
  uint32_t left;
  do {
    rounds = clock_rounds;
    left = REGISTER(SYSTICK_CVR);
  } while (rounds != clock_rounds);
  return (rounds << 24) + (0x1000000u - left);
}
