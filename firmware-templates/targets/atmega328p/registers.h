/* Interrupts of the ATmega328P (datasheet, "Interrupt Vectors in ATmega328P"), as the compilers name them. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "avr.h"

#define TIMER1_OVERFLOW_VECTOR __vector_13
#define USART_RECEIVE_VECTOR __vector_18

#endif
