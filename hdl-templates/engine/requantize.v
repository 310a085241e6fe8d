// From one sum to an activation index (docs/table-network.md, section 5); one for each bank, all of which see the same parameters.
//
//   shifts       total = sum + word;  index = clamp(total >> (SHIFT_LEAST + shift), 0, last)
//   thresholds   a word a clock, each the negative of a threshold; index = how many totals were not negative since `first`
//   logits       total = sum + word
//
// `total` shows a clock after its sum and word, `index` with it.
module requantize #(
    parameter SUM_BITS = 16,
    parameter INDEX_BITS = 3,
    parameter SHIFT_LEAST = 8,
    parameter SHIFT_BITS = 2
) (
    input clk,
    input thresholds,
    input [SHIFT_BITS-1:0] shift,
    input [INDEX_BITS-1:0] last,
    input first,  // with the first total of a sum
    input signed [SUM_BITS-1:0] sum,
    input signed [SUM_BITS-1:0] word,
    output reg signed [SUM_BITS:0] total,
    output [INDEX_BITS-1:0] index
);
  // Wide enough for what is left of a total, and for `last` with a sign.
  localparam KEPT = SUM_BITS + 1 - SHIFT_LEAST;
  localparam WIDTH = KEPT > INDEX_BITS ? KEPT : INDEX_BITS + 1;
  wire signed [KEPT-1:0] kept = total[SUM_BITS:SHIFT_LEAST];
  wire signed [WIDTH-1:0] widened = {{WIDTH - KEPT + 1{kept[KEPT-1]}}, kept[KEPT-2:0]};
  wire signed [WIDTH-1:0] shifted = widened >>> shift;
  wire signed [WIDTH-1:0] limit = {{WIDTH - INDEX_BITS{1'b0}}, last};
  wire [INDEX_BITS-1:0] clamped = shifted < 0 ? {INDEX_BITS{1'b0}} : shifted > limit ? last : shifted[INDEX_BITS-1:0];

  reg [INDEX_BITS-1:0] counted;
  wire [INDEX_BITS-1:0] count = (first ? {INDEX_BITS{1'b0}} : counted) + {{INDEX_BITS - 1{1'b0}}, !total[SUM_BITS]};

  assign index = thresholds ? count : clamped;

  always @(posedge clk) begin
    total   <= sum + word;
    counted <= count;
  end
endmodule
