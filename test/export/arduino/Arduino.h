/* As much of an Arduino core as a sketch of an export needs, for an ATmega328P and for this computer. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdint.h>
#include <string.h>

#ifdef __AVR__
#include <avr/pgmspace.h>
#else
#define PROGMEM
#define memcpy_P memcpy
#define pgm_read_byte(address) (*(const uint8_t *)(address))
#define pgm_read_dword(address) (*(const uint32_t *)(address))
#define PSTR(text) (text)
#endif

class __FlashStringHelper;
#define F(text) ((const __FlashStringHelper *)PSTR(text))

class Port {
public:
  void begin(unsigned long baud);
  void print(const __FlashStringHelper *text);
  void print(unsigned long value);
  void println(const __FlashStringHelper *text);
};
extern Port Serial;

unsigned long micros();
void delay(unsigned long milliseconds);

void setup();
void loop();

#endif
