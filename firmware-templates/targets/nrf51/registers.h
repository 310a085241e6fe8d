/* The nRF51 series (nRF51 Series Reference Manual). */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "nrf.h"
#include "wiring.h"

#define CORE_HZ 16000000ul

#endif
