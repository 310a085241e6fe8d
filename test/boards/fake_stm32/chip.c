/*
 * A chip whose oscillator, PLL and clock switch are ready when they are asked for; with an argument, without an oscillator.
 * Prints what the start-up code said, and the registers that it left.
 */
#include <stdio.h>

#include "config.h"
#include "cortex_m.h"
#include "registers.h"
#include "stm32.h"

#define REGISTERS 64

static struct {
  uint32_t address;
  volatile uint32_t value;
} registers[REGISTERS];
static unsigned count;
static int has_oscillator;

static volatile uint32_t *find(uint32_t address)
{
  unsigned i;
  for (i = 0; i < count && registers[i].address != address; i++) {
  }
  if (i == count) {
    registers[count++].address = address;
  }
  return &registers[i].value;
}

static void follow(volatile uint32_t *status, uint32_t asked, uint32_t ready, int may)
{
  *status = (*status & asked) != 0 && may ? *status | ready : *status & ~ready;
}

volatile uint32_t *fake_register(uint32_t address)
{
  volatile uint32_t *control = find(RCC_CR);
  volatile uint32_t *configuration = find(RCC_CFGR);
  follow(control, RCC_CR_INTERNAL_ON, RCC_CR_INTERNAL_READY, 1);
  follow(control, RCC_CR_OSCILLATOR_ON, RCC_CR_OSCILLATOR_READY, has_oscillator);
  follow(control, RCC_CR_PLL_ON, RCC_CR_PLL_READY, (*control & RCC_CR_OSCILLATOR_READY) != 0);
  *configuration = (*configuration & ~RCC_CFGR_SWITCHED_MASK) | (*configuration & 3u) << 2;
  return find(address);
}

bool becomes(uint32_t address, uint32_t mask, uint32_t value)
{
  int patience;
  for (patience = 0; patience < 10; patience++) {
    if ((REGISTER(address) & mask) == value) {
      return true;
    }
  }
  return false;
}

int main(int arguments, char **names)
{
  unsigned i;
  (void)names;
  has_oscillator = arguments == 1;
  /* As a boot loader may leave it: on the PLL. */
  *find(RCC_CR) = RCC_CR_OSCILLATOR_ON | RCC_CR_PLL_ON;
  *find(RCC_CFGR) = RCC_CFGR_SWITCH_PLL;
  printf("%d\n", clock_init());
  pins_init();
  for (i = 0; i < count; i++) {
    printf("%lu %lu\n", (unsigned long)registers[i].address, (unsigned long)registers[i].value);
  }
  return 0;
}
