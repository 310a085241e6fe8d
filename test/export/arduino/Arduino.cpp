/* Runs the sketch once, with its serial port on USART0 or on standard output. */
#include "Arduino.h"

#ifdef __AVR__
#include <avr/io.h>
static void put(char character)
{
  while (!(UCSR0A & (1 << UDRE0))) {
  }
  UDR0 = (uint8_t)character;
}
#else
#include <stdio.h>
static void put(char character)
{
  putchar(character);
}
#endif

Port Serial;

void Port::begin(unsigned long)
{
#ifdef __AVR__
  UBRR0 = 8; /* 115200 baud at 16 MHz */
  UCSR0B = 1 << TXEN0;
#endif
}

void Port::print(const __FlashStringHelper *text)
{
  const char *byte = (const char *)text;
  for (char character; (character = (char)pgm_read_byte(byte)) != 0; byte++) put(character);
}

void Port::print(unsigned long value)
{
  if (value > 9) print(value / 10);
  put((char)('0' + value % 10));
}

void Port::println(const __FlashStringHelper *text)
{
  print(text);
  put('\n');
}

unsigned long micros()
{
  return 0;
}

void delay(unsigned long)
{
}

int main()
{
  setup();
  loop();
#ifdef __AVR__
  put('\0');
  for (;;) {
  }
#endif
}
