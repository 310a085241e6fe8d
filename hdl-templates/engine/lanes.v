// The accumulators: GROUPS x FILTERS lanes, each of which adds one product a clock.
//
// The lanes of a group have one activation in common, whose products with all weight levels come as `products`; a lane picks
// one by its weight. A weight of LEVELS or more stands for a product that is always 0.
//
//   add:   products and weights belong to a tap; else the lanes rest
//   flush: two clocks after the last `add` of a window and in a clock without another's sum: sums go to the chains, new ones start at 0
//   clear: sums start at 0
//   shift: the next sum of a group's chain comes to its head
module lanes #(
    parameter GROUPS = 4,
    parameter FILTERS = 8,
    parameter LEVELS = 4,
    parameter WEIGHT_BITS = 3,
    parameter PRODUCT_BITS = 12,
    parameter SUM_BITS = 16
) (
    input clk,
    input add,
    input flush,
    input clear,
    input [GROUPS*LEVELS*PRODUCT_BITS-1:0] products,
    input [GROUPS*FILTERS*WEIGHT_BITS-1:0] weights,
    input [GROUPS-1:0] shift,
    output [GROUPS*SUM_BITS-1:0] heads
);
  localparam [WEIGHT_BITS:0] ALL = LEVELS[WEIGHT_BITS:0];

  genvar group, filter;
  generate
    for (group = 0; group < GROUPS; group = group + 1) begin : groups
      wire [LEVELS*PRODUCT_BITS-1:0] choice = products[group*LEVELS*PRODUCT_BITS+:LEVELS*PRODUCT_BITS];
      for (filter = 0; filter < FILTERS; filter = filter + 1) begin : filters
        wire [WEIGHT_BITS-1:0] weight = weights[(group*FILTERS+filter)*WEIGHT_BITS+:WEIGHT_BITS];
        reg signed [PRODUCT_BITS-1:0] product;
        reg signed [SUM_BITS-1:0] sum;
        reg [SUM_BITS-1:0] chained;
        wire [SUM_BITS-1:0] next;

        always @(posedge clk) begin
          product <= choice[weight*PRODUCT_BITS+:PRODUCT_BITS];
          if (!add || {1'b0, weight} >= ALL) product <= 0;
          sum <= sum + {{SUM_BITS - PRODUCT_BITS{product[PRODUCT_BITS-1]}}, product};
          if (flush || clear) sum <= 0;
          if (flush) chained <= sum;
          else if (shift[group]) chained <= next;
        end
        if (filter == FILTERS - 1) assign next = {SUM_BITS{1'bx}};
        else assign next = filters[filter+1].chained;
      end
      assign heads[group*SUM_BITS+:SUM_BITS] = filters[0].chained;
    end
  endgenerate
endmodule
