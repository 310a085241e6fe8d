// The memory of weights alone: a word of weights.hex a clock; the codes of all lanes after each, the first lane first.
`timescale 1ns / 1ns
module weights_bench;
  parameter BANKS = 2;
  parameter FILTERS = 3;
  parameter WEIGHT_BITS = 3;
  parameter NARROW_WORDS = 8;
  parameter WIDE_WORDS = 8;
  parameter ADDRESS_BITS = 4;
  parameter PACKED = 0;
  parameter LARGE_BITS = 0;
  parameter LARGE_WORDS = 16;
  parameter CLOCKS = 1;
  localparam WIDTH = 25 + ADDRESS_BITS;

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:CLOCKS-1];
  reg [WIDTH-1:0] word = 0;
  wire start, wide, next, rewind, begin_fill;
  wire [ADDRESS_BITS-1:0] first;
  wire [3:0] fill;
  wire [15:0] fill_data;
  wire [BANKS*FILTERS*WEIGHT_BITS-1:0] weights;
  assign {start, first, wide, next, rewind, begin_fill, fill, fill_data} = word;

  weights #(
      .BANKS(BANKS),
      .FILTERS(FILTERS),
      .WEIGHT_BITS(WEIGHT_BITS),
      .NARROW_WORDS(NARROW_WORDS),
      .WIDE_WORDS(WIDE_WORDS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .PACKED(PACKED),
      .LARGE_BITS(LARGE_BITS),
      .LARGE_WORDS(LARGE_WORDS)
  ) memory (
      .clk(clk),
      .start(start),
      .first(first),
      .wide(wide),
      .next(next),
      .rewind(rewind),
      .weights(weights),
      .begin_fill(begin_fill),
      .fill(fill),
      .fill_data(fill_data)
  );

  integer i, lane;
  initial begin
    $readmemh("weights.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1 clk = 1'b1;
      #1;
      for (lane = 0; lane < BANKS * FILTERS; lane = lane + 1) $write("%0d", weights[lane*WEIGHT_BITS+:WEIGHT_BITS]);
      $display("");
      clk = 1'b0;
    end
    $finish;
  end
endmodule
