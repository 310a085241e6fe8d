#include "engine.h"

/* Copies the cells of one line of the window, `cell` being the offset of the first, and returns where the next go. */
static uint8_t *copy_line(const tablize_slide_t *slide, bool inside, ptrdiff_t cell, uint8_t *to)
{
  const TABLIZE_FLASH tablize_window_t *const window = slide->window;
  const ptrdiff_t width = window->width;
  const size_t channels = window->channels;
  ptrdiff_t stride = (ptrdiff_t)channels;
  ptrdiff_t x = slide->x;
  uint8_t taps;
  for (taps = window->window_width; taps != 0; taps--) {
    const bool copies = inside && x >= 0 && x < width;
    if (copies || window->pads) {
      const uint8_t padding = window->padding;
      size_t channel;
      for (channel = 0; channel != channels; channel++) {
        *to++ = copies ? slide->input[cell + (ptrdiff_t)channel] : padding;
      }
    }
    TABLIZE_HIDE(stride);
    cell += stride;
    x++;
  }
  return to;
}

static uint8_t *copy_run(const uint8_t *from, size_t count, uint8_t *to)
{
  const uint8_t *const end = from + count;
  while (from != end) {
    *to++ = *from++;
  }
  return to;
}

/* Whether the window's cells are neighbours in the tensor: those of one line, or of lines that it covers from end to end. */
static bool is_dense(const tablize_slide_t *slide, bool whole_lines)
{
  const TABLIZE_FLASH tablize_window_t *const window = slide->window;
  const ptrdiff_t height = window->height;
  const uint8_t lines = window->window_height;
  const bool covers = window->line == (ptrdiff_t)window->run;
  return whole_lines && (covers || lines == 1) && slide->y >= 0 && slide->y + lines <= height;
}

static void fill_patch(tablize_slide_t *slide)
{
  const TABLIZE_FLASH tablize_window_t *const window = slide->window;
  const ptrdiff_t height = window->height;
  ptrdiff_t stride = window->line;
  const bool whole_lines = slide->x >= 0 && slide->x + window->window_width <= window->width;
  ptrdiff_t cell = slide->cell;
  ptrdiff_t y = slide->y;
  uint8_t *to = slide->room;
  uint8_t lines;
  if (is_dense(slide, whole_lines)) {
    slide->patch = slide->input + cell;
    slide->size = window->size;
    return;
  }
  for (lines = window->window_height; lines != 0; lines--) {
    const bool inside = y >= 0 && y < height;
    to = inside && whole_lines ? copy_run(slide->input + cell, window->run, to) : copy_line(slide, inside, cell, to);
    TABLIZE_HIDE(stride);
    cell += stride;
    y++;
  }
  slide->patch = slide->room;
  slide->size = (size_t)(to - slide->room);
}

tablize_slide_t tablize_slide(const TABLIZE_FLASH tablize_window_t *window, uint8_t *workspace)
{
  tablize_slide_t slide;
  slide.window = window;
  slide.input = workspace + window->input;
  slide.room = workspace + window->patch;
  slide.patch = slide.room;
  slide.size = 0;
  slide.y = window->top;
  slide.x = window->left;
  slide.line_start = window->corner;
  slide.cell = window->corner;
  slide.rows_left = window->rows;
  slide.columns_left = window->columns;
  return slide;
}

bool tablize_slide_next(tablize_slide_t *slide)
{
  const TABLIZE_FLASH tablize_window_t *const window = slide->window;
  if (slide->rows_left == 0) {
    return false;
  }
  fill_patch(slide);
  slide->columns_left--;
  if (slide->columns_left != 0) {
    slide->x += window->stride_x;
    slide->cell += window->column_step;
  } else {
    slide->rows_left--;
    slide->columns_left = window->columns;
    slide->y += window->stride_y;
    slide->x = window->left;
    slide->line_start += window->line_step;
    slide->cell = slide->line_start;
  }
  return true;
}
