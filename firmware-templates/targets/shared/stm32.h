/* What the STM32F1 and STM32F4 have alike (RM0041 and RM0090, "USART registers"), and what a family's clock.c does. */
#ifndef STM32_H
#define STM32_H

#include <stdbool.h>
#include <stdint.h>

#define USART_SR (USART_BASE + 0x00u)
#define USART_DR (USART_BASE + 0x04u)
#define USART_BRR (USART_BASE + 0x08u)
#define USART_CR1 (USART_BASE + 0x0cu)
#define USART_SR_RECEIVED (1u << 5)
#define USART_SR_TRANSMIT_EMPTY (1u << 7)
#define USART_CR1_RECEIVE (1u << 2)
#define USART_CR1_TRANSMIT (1u << 3)
#define USART_CR1_RECEIVE_INTERRUPT (1u << 5)
#define USART_CR1_ENABLE (1u << 13)

/*
 * From reset to PORT_CLOCK_HZ, with USART_HZ on the bus of the USART. False where the oscillator does not start: the core then goes
 * on at INTERNAL_HZ, and so does that bus.
 */
bool clock_init(void);

/* Leads the USART's lines to their pins. */
void pins_init(void);

/* Waits until the bits under a mask have a value; false when they do not get it within some 50 ms. */
bool becomes(uint32_t address, uint32_t mask, uint32_t value);

#endif
