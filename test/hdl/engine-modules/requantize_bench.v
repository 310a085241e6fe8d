// The requantizer alone: a sum and a word of requantize.hex a clock; the index and the total that they gave, a clock later.
`timescale 1ns / 1ns
module requantize_bench;
  parameter SUM_BITS = 12;
  parameter INDEX_BITS = 3;
  parameter SHIFT_LEAST = 4;
  parameter SHIFT_BITS = 2;
  parameter THRESHOLDS = 1;
  parameter CLOCKS = 1;
  localparam WIDTH = 2 + SHIFT_BITS + INDEX_BITS + 2 * SUM_BITS;

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:CLOCKS-1];
  reg [WIDTH-1:0] word = 0, before = 0;
  wire signed [SUM_BITS:0] total;
  wire [INDEX_BITS-1:0] index;

  // What concerns the total is asked for when the total is there.
  wire thresholds, first;
  wire [SHIFT_BITS-1:0] shift;
  wire [INDEX_BITS-1:0] last;
  wire signed [SUM_BITS-1:0] sum, parameter_word, old_sum, old_word;
  assign {thresholds, first, shift, last, old_sum, old_word} = before;
  assign {sum, parameter_word} = word[2*SUM_BITS-1:0];

  requantize #(
      .SUM_BITS(SUM_BITS),
      .INDEX_BITS(INDEX_BITS),
      .SHIFT_LEAST(SHIFT_LEAST),
      .SHIFT_BITS(SHIFT_BITS),
      .THRESHOLDS(THRESHOLDS)
  ) requantize (
      .clk(clk),
      .thresholds(thresholds),
      .shift(shift),
      .last(last),
      .first(first),
      .sum(sum),
      .word(parameter_word),
      .total(total),
      .index(index)
  );

  integer i;
  initial begin
    $readmemh("requantize.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1 clk = 1'b1;
      #1 before = word;
      #1 $display("%0d %0d", total, index);
      clk = 1'b0;
    end
    $finish;
  end
endmodule
