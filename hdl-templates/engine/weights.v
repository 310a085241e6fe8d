// One weight code for each lane, two clocks after `next`.
//
// Where all groups have the same filters, a word is narrow: FILTERS weights, which all groups get. Dense stages of many units have wide
// words: weights of its own for each lane. A part of each word may lie in a large memory, which is filled word by word, in slices
// of 16 bits, before the first picture.
module weights #(
    parameter BANKS = 4,
    parameter FILTERS = 8,
    parameter WEIGHT_BITS = 3,
    parameter NARROW_WORDS = 256,
    parameter WIDE_WORDS = 256,
    parameter ADDRESS_BITS = 8,
    parameter PACKED = 0,  // see unpack_weights.v
    parameter LARGE_BITS = 0,  // of a word: 0, 16, 32, 48 or 64
    parameter LARGE_WORDS = 1
) (
    input clk,
    input start,  // of a stage
    input [ADDRESS_BITS-1:0] first,  // word of the stage
    input wide,
    input next,
    input rewind,  // to the stage's first word
    output reg [BANKS*FILTERS*WEIGHT_BITS-1:0] weights,

    input begin_fill,
    input [3:0] fill,  // the slice that is written
    input [15:0] fill_data
);
  localparam NARROW = FILTERS * WEIGHT_BITS;
  localparam WIDE_LANES = BANKS * FILTERS;
  localparam NARROW_STORED = PACKED == 0 ? NARROW : (FILTERS / 3) * 7 + (FILTERS % 3) * WEIGHT_BITS;
  localparam WIDE_STORED = PACKED == 0 ? BANKS * NARROW : (WIDE_LANES / 3) * 7 + (WIDE_LANES % 3) * WEIGHT_BITS;
  localparam SLICES = LARGE_BITS / 16;

  reg [ADDRESS_BITS-1:0] address;
  wire [63:0] large_word;
  wire [NARROW_STORED-1:0] narrow_word;
  wire [WIDE_STORED-1:0] wide_word;
  wire [NARROW-1:0] narrow_weights;
  wire [BANKS*NARROW-1:0] wide_weights;
  wire word_filled;

  genvar slice;
  generate
    for (slice = 0; slice < 4; slice = slice + 1) begin : slices
      if (slice < SLICES) begin : large_memory
        large_ram #(
            .WORDS(LARGE_WORDS),
            .ADDRESS_BITS(ADDRESS_BITS)
        ) memory (
            .clk(clk),
            .address(address),
            .write(fill[slice]),
            .write_value(fill_data),
            .value(large_word[16*slice+:16])
        );
      end else begin : nothing
        assign large_word[16*slice+:16] = 16'd0;
      end
    end
    if (SLICES == 0) begin : constants_only
      assign word_filled = 1'b0;
      wire unused = &{1'b0, fill, fill_data};
    end else begin : filling
      assign word_filled = fill[SLICES-1];
    end
  endgenerate

  weight_words #(
      .FILE("narrow.hex"),
      .WIDTH(NARROW_STORED),
      .WORDS(NARROW_WORDS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .LARGE_BITS(LARGE_BITS)
  ) narrow_words (
      .clk(clk),
      .address(address),
      .large_word(large_word),
      .word(narrow_word)
  );
  unpack_weights #(
      .LANES(FILTERS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .PACKED(PACKED),
      .STORED_BITS(NARROW_STORED)
  ) unpack_narrow (
      .stored(narrow_word),
      .weights(narrow_weights)
  );

  weight_words #(
      .FILE("wide.hex"),
      .WIDTH(WIDE_STORED),
      .WORDS(WIDE_WORDS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .LARGE_BITS(LARGE_BITS)
  ) wide_words (
      .clk(clk),
      .address(address),
      .large_word(large_word),
      .word(wide_word)
  );
  unpack_weights #(
      .LANES(WIDE_LANES),
      .WEIGHT_BITS(WEIGHT_BITS),
      .PACKED(PACKED),
      .STORED_BITS(WIDE_STORED)
  ) unpack_wide (
      .stored(wide_word),
      .weights(wide_weights)
  );

  always @(posedge clk) begin
    weights <= wide ? wide_weights : {BANKS{narrow_weights}};
    if (next || word_filled) address <= address + 1'b1;
    if (start || rewind) address <= first;
    if (begin_fill) address <= 0;
  end
endmodule
