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
    parameter SHIFT_BITS = 2,
    parameter THRESHOLDS = 1  // there are such stages
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
  // What is left of a total, wide enough for an index and a sign.
  localparam KEPT = SUM_BITS + 1 - SHIFT_LEAST;
  localparam WIDTH = KEPT > INDEX_BITS ? KEPT : INDEX_BITS + 1;
  wire signed [KEPT-1:0] kept = total[SUM_BITS:SHIFT_LEAST];
  wire signed [WIDTH-1:0] widened = {{WIDTH - KEPT + 1{kept[KEPT-1]}}, kept[KEPT-2:0]};
  wire signed [WIDTH-1:0] shifted = widened >>> shift;
  wire [INDEX_BITS-1:0] low = shifted[INDEX_BITS-1:0];
  wire low_above;
  greater #(
      .WIDTH(INDEX_BITS)
  ) above_last (
      .a(low),
      .b(last),
      .y(low_above)
  );
  wire above = low_above || |shifted[WIDTH-1:INDEX_BITS];
  wire [INDEX_BITS-1:0] clamped = shifted[WIDTH-1] ? {INDEX_BITS{1'b0}} : above ? last : low;

  generate
    if (THRESHOLDS != 0) begin : counting
      reg [INDEX_BITS-1:0] counted;
      wire [INDEX_BITS-1:0] count = (first ? {INDEX_BITS{1'b0}} : counted) + {{INDEX_BITS - 1{1'b0}}, !total[SUM_BITS]};
      always @(posedge clk) counted <= count;
      assign index = thresholds ? count : clamped;
    end else begin : shifting
      assign index = clamped;
      wire unused = &{1'b0, thresholds, first};
    end
  endgenerate

  always @(posedge clk) total <= sum + word;
endmodule
