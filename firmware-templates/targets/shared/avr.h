/* Registers of the ATmega328P and the ATmega2560, which are the same here, by their data addresses (datasheets, register summary). */
#ifndef AVR_H
#define AVR_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint8_t *)(address))

/* Status register: bit 7 enables interrupts. */
#define SREG REGISTER(0x5f)

/* Timer1. Reading the low byte of the count keeps the high byte of the same moment. */
#define TIFR1 REGISTER(0x36)
#define TIMSK1 REGISTER(0x6f)
#define TCCR1A REGISTER(0x80)
#define TCCR1B REGISTER(0x81)
#define TCNT1L REGISTER(0x84)
#define TCNT1H REGISTER(0x85)
#define TIMER1_OVERFLOW 0x01u
#define TIMER1_CPU_CLOCK 0x01u

/* USART0 */
#define UCSR0A REGISTER(0xc0)
#define UCSR0B REGISTER(0xc1)
#define UCSR0C REGISTER(0xc2)
#define UBRR0L REGISTER(0xc4)
#define UBRR0H REGISTER(0xc5)
#define UDR0 REGISTER(0xc6)
#define USART_DOUBLE_SPEED 0x02u
#define USART_TRANSMIT_READY 0x20u
#define USART_ENABLE_BOTH_RECEIVE_INTERRUPT 0x98u
#define USART_8_BITS 0x06u

#define INTERRUPT __attribute__((signal, used))

#endif
