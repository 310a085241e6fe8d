/* What the example classifies: made-up picture 1, and what must come out. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdint.h>

static const uint8_t picture[16] PROGMEM = {
  128, 146, 163, 180, 196, 211, 224, 235, 244, 250, 254, 255, 254, 250, 243, 235,
};

/* As the integer reference of tablize computes them. */
static const int32_t expected_logits[3] PROGMEM = {
  -80, 90, -10,
};

static const char label_names[3][7] PROGMEM = {
  "first",
  "second",
  "third",
};

#endif
