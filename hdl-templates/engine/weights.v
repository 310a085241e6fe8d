// One weight index for each lane, two clocks after `next`.
//
// Where all groups have the same filters, a word is narrow: FILTERS weights, which all groups get. Dense stages of many units have wide
// words: weights of its own for each lane.
module weights #(
    parameter BANKS = 4,
    parameter FILTERS = 8,
    parameter WEIGHT_BITS = 3,
    parameter NARROW_WORDS = 256,
    parameter WIDE_WORDS = 256,
    parameter ADDRESS_BITS = 8
) (
    input clk,
    input start,  // of a stage
    input [ADDRESS_BITS-1:0] first,  // word of the stage
    input wide,
    input next,
    input rewind,  // to the stage's first word
    output reg [BANKS*FILTERS*WEIGHT_BITS-1:0] weights
);
  localparam NARROW = FILTERS * WEIGHT_BITS;

  reg [ADDRESS_BITS-1:0] address;
  wire [NARROW-1:0] narrow_word;
  wire [BANKS*NARROW-1:0] wide_word;

  rom #(
      .FILE("narrow.hex"),
      .WIDTH(NARROW),
      .WORDS(NARROW_WORDS),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) narrow_words (
      .clk(clk),
      .address(address),
      .value(narrow_word)
  );

  rom #(
      .FILE("wide.hex"),
      .WIDTH(BANKS * NARROW),
      .WORDS(WIDE_WORDS),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) wide_words (
      .clk(clk),
      .address(address),
      .value(wide_word)
  );

  always @(posedge clk) begin
    weights <= wide ? wide_word : {BANKS{narrow_word}};
    if (next) address <= address + 1'b1;
    if (start || rewind) address <= first;
  end
endmodule
