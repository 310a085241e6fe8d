// One weight index for each lane, from words of BANKS slices of FILTERS weights.
//
// Where all groups have the same filters (windows), a word serves BANKS taps, one slice after another, and each slice all groups. Where
// each group has filters of its own (`whole_words`), a word serves one tap. A window begins with a new word.
//
// Weights show two clocks after their `tap`.
module weights #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter FILTERS = 8,
    parameter WEIGHT_BITS = 3,
    parameter WORDS = 256,
    parameter ADDRESS_BITS = 8
) (
    input clk,
    input start,  // of a stage
    input [ADDRESS_BITS-1:0] first,  // word of the stage
    input whole_words,
    input tap,
    input flush,  // the window ends
    input rewind,  // and the next begins at the first word
    output reg [BANKS*FILTERS*WEIGHT_BITS-1:0] weights
);
  localparam SLICE = FILTERS * WEIGHT_BITS;
  localparam [BANK_BITS-1:0] LAST = BANKS[BANK_BITS-1:0] - 1'b1;

  reg [ADDRESS_BITS-1:0] address;
  reg [BANK_BITS-1:0] slice, slice_read;
  wire [BANKS*SLICE-1:0] word;
  wire word_end = whole_words || slice == LAST;

  rom #(
      .FILE("weights.hex"),
      .WIDTH(BANKS * SLICE),
      .WORDS(WORDS),
      .ADDRESS_BITS(ADDRESS_BITS)
  ) weight_words (
      .clk(clk),
      .address(address),
      .value(word)
  );

  always @(posedge clk) begin
    slice_read <= slice;
    weights <= whole_words ? word : {BANKS{word[slice_read*SLICE+:SLICE]}};
    if (tap) slice <= word_end ? 0 : slice + 1'b1;
    if (flush || start) slice <= 0;
    if (start || (flush && rewind)) address <= first;
    else if ((tap && word_end) || (flush && slice != 0)) address <= address + 1'b1;
  end
endmodule
