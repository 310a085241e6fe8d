/* The nRF52 series (nRF52833 Product Specification: CPU; NVMC, "ICACHECNF"; its UART is that of the nRF51). */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "nrf.h"
#include "wiring.h"

#define CORE_HZ 64000000ul

/* The cache of instructions and constants in flash, off after reset. */
#define FLASH_CACHE 0x4001e540u
#define FLASH_CACHE_ON 1u

#endif
