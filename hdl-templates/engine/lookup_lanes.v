// The accumulators where there is one filter at once: GROUPS lanes, each with a table of its own, which is read by activation and
// weight and so gives the product itself. What `lanes` does with few wide words, these do with many narrow ones, in memory.
//
//   add, flush, clear: as of `lanes`; activations come a clock before their weights
module lookup_lanes #(
    parameter GROUPS = 4,
    parameter WEIGHT_BITS = 3,
    parameter INDEX_BITS = 3,
    parameter PRODUCT_BITS = 12,
    parameter SUM_BITS = 16,
    parameter TABLES = 4,
    parameter TABLE_BITS = 2
) (
    input clk,
    input add,
    input flush,
    input clear,
    input [TABLE_BITS-1:0] table_number,
    input [GROUPS*INDEX_BITS-1:0] activations,
    input [GROUPS*WEIGHT_BITS-1:0] weights,
    output [GROUPS*SUM_BITS-1:0] heads
);
  reg add_1;
  always @(posedge clk) add_1 <= add;

  genvar group;
  generate
    for (group = 0; group < GROUPS; group = group + 1) begin : groups
      reg [INDEX_BITS-1:0] activation;
      reg signed [SUM_BITS-1:0] sum, held;
      wire signed [PRODUCT_BITS-1:0] product;
      rom #(
          .FILE("products.hex"),
          .STYLE("block"),
          .WIDTH(PRODUCT_BITS),
          .WORDS(TABLES << (INDEX_BITS + WEIGHT_BITS)),
          .ADDRESS_BITS(TABLE_BITS + INDEX_BITS + WEIGHT_BITS)
      ) product_table (
          .clk(clk),
          .address({table_number, activation, weights[group*WEIGHT_BITS+:WEIGHT_BITS]}),
          .value(product)
      );

      always @(posedge clk) begin
        activation <= activations[group*INDEX_BITS+:INDEX_BITS];
        if (add_1) sum <= sum + {{SUM_BITS - PRODUCT_BITS{product[PRODUCT_BITS-1]}}, product};
        if (flush || clear) sum <= 0;
        if (flush) held <= sum;
      end
      assign heads[group*SUM_BITS+:SUM_BITS] = held;
    end
  endgenerate
endmodule
