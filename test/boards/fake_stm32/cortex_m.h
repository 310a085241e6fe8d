/* In the place of the firmware's: registers are those of a simulated chip. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stdint.h>

volatile uint32_t *fake_register(uint32_t address);

#define REGISTER(address) (*fake_register(address))

#endif
