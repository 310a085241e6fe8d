/* Interrupts of the ATmega2560 (datasheet, "Interrupt Vectors in ATmega2560"), as the compilers name them. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "avr.h"

#define TIMER1_OVERFLOW_VECTOR __vector_20
#define USART_RECEIVE_VECTOR __vector_25

#endif
