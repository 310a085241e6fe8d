/* USART0 with an interrupt-driven receive ring, and Timer1 as the cycle counter. */
#include "port.h"

#include "config.h"
#include "registers.h"

void USART_RECEIVE_VECTOR(void) INTERRUPT;
void TIMER1_OVERFLOW_VECTOR(void) INTERRUPT;

/* Double speed, rounded to the nearest divisor: 2.1 % off at 115200 baud, which receivers take. */
#define BAUD_DIVISOR ((PORT_CLOCK_HZ / 4ul / PORT_BAUD - 1ul) / 2ul)
#define BAUD_PRODUCT (8ul * (BAUD_DIVISOR + 1ul) * PORT_BAUD)
#define RING_MASK (PORT_RECEIVE_BUFFER - 1)

#if PORT_CLOCK_HZ / 4ul < PORT_BAUD || BAUD_DIVISOR > 4095
#error "the clock cannot be divided to this baud rate"
#elif PORT_CLOCK_HZ * 100 > BAUD_PRODUCT * 103 || PORT_CLOCK_HZ * 100 < BAUD_PRODUCT * 97
#error "the nearest baud rate that the clock makes is more than 3 % off"
#endif

#if PORT_RECEIVE_BUFFER > 256
#error "the ring's positions are bytes"
#endif

static uint8_t ring[PORT_RECEIVE_BUFFER];
static volatile uint8_t ring_in, ring_out;
static volatile uint16_t clock_overflows;
static uint32_t clock_started;

void port_init(void)
{
  UBRR0H = (uint8_t)(BAUD_DIVISOR >> 8);
  UBRR0L = (uint8_t)(BAUD_DIVISOR & 0xffu);
  UCSR0A = USART_DOUBLE_SPEED;
  UCSR0C = USART_8_BITS;
  UCSR0B = USART_ENABLE_BOTH_RECEIVE_INTERRUPT;
  TCCR1A = 0;
  TCCR1B = TIMER1_CPU_CLOCK;
  TIMSK1 = TIMER1_OVERFLOW;
  __asm__ volatile("sei" ::: "memory");
}

void USART_RECEIVE_VECTOR(void)
{
  const uint8_t byte = UDR0;
  const uint8_t in = ring_in;
  const uint8_t next = (uint8_t)(in + 1u) & RING_MASK;
  /* A byte beyond the window is lost; the CRC finds out and the host repeats. */
  if (next != ring_out) {
    ring[in] = byte;
    ring_in = next;
  }
}

bool port_read(uint8_t *byte)
{
  const uint8_t out = ring_out;
  if (out == ring_in) {
    return false;
  }
  *byte = ring[out];
  ring_out = (uint8_t)(out + 1u) & RING_MASK;
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    while ((UCSR0A & USART_TRANSMIT_READY) == 0) {
    }
    UDR0 = *bytes++;
    count--;
  }
}

void TIMER1_OVERFLOW_VECTOR(void)
{
  clock_overflows++;
}

/* Cycles modulo 2^32: Timer1 counts 16 bits, its interrupt counts the overflows. */
static uint32_t cycles(void)
{
  const uint8_t status = SREG;
  uint16_t low;
  uint16_t high;
  __asm__ volatile("cli" ::: "memory");
  low = TCNT1L;
  low = (uint16_t)(low | (uint16_t)((uint16_t)TCNT1H << 8));
  high = clock_overflows;
  /* An overflow that came after interrupts went off, and before the count was read, is not in the number yet. */
  if ((TIFR1 & TIMER1_OVERFLOW) != 0 && low < 0x8000u) {
    high++;
  }
  SREG = status;
  return ((uint32_t)high << 16) | low;
}

void port_clock_start(void)
{
  clock_started = cycles();
}

uint32_t port_clock_read(void)
{
  return cycles() - clock_started;
}

void port_idle(void)
{
}
