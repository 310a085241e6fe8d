// Classifies a picture in flash with the network "tiny", and prints the label, the time, and whether all logits are as expected.
#include <tiny.h>

#include "picture.h"

static uint32_t workspace[TINY_WORKSPACE_WORDS];

static bool isAsExpected(const int32_t *logits)
{
  for (uint16_t i = 0; i < TINY_LOGITS; i++) {
    if (logits[i] != (int32_t)pgm_read_dword(&expected_logits[i])) return false;
  }
  return true;
}

void setup()
{
  Serial.begin(115200);
}

void loop()
{
  int32_t logits[TINY_LOGITS];
  // The picture is loaded in place, so that it takes no RAM of its own.
  uint8_t *const pixels = (uint8_t *)workspace + TINY_INPUT_OFFSET;
  memcpy_P(pixels, picture, TINY_PIXELS);

  const uint32_t start = micros();
  const uint16_t label = tiny_infer(workspace, pixels, logits);
  const uint32_t time = micros() - start;

  Serial.print(F("label "));
  Serial.print(label);
  Serial.print(F(": "));
  Serial.println((const __FlashStringHelper *)label_names[label]);
  Serial.print(time);
  Serial.println(isAsExpected(logits) ? F(" microseconds, logits as expected") : F(" microseconds, but OTHER LOGITS than expected"));
  delay(2000);
}
