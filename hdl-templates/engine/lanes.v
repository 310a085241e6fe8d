// The accumulators: GROUPS x FILTERS lanes, each of which adds one product a clock.
//
// The lanes of a group have one activation in common, whose products with all weight levels come as `products`; a lane picks
// one by its weight. A weight of LEVELS or more stands for a product that is always 0.
//
// Sums move on by one lane in each step, round and round, so that none is kept twice: lane 0 takes the product of the sum that comes
// to it from lane 1, and so on. Which weight that is has been settled when the weights were put in order: after the last tap of a
// window lane 0 has the sum of the first filter. Then steps with `drain` take out one sum after another at `heads`, and 0 comes in.
//
//   add:   products and weights belong to a tap; its `step` is a clock later
//   step:  the group's sums move on
//   drain: the sum at the head leaves in this step
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
    input [GROUPS*LEVELS*PRODUCT_BITS-1:0] products,
    input [GROUPS*FILTERS*WEIGHT_BITS-1:0] weights,
    input [GROUPS-1:0] step,
    input drain,
    input clear,  // with `step`: all sums become 0
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
        wire signed [SUM_BITS-1:0] moving;
        wire zero = clear || (drain && filter == FILTERS - 1);

        always @(posedge clk) begin
          product <= choice[weight*PRODUCT_BITS+:PRODUCT_BITS];
          if (!add || {1'b0, weight} >= ALL) product <= 0;
          if (step[group]) sum <= zero ? {SUM_BITS{1'b0}} : moving + {{SUM_BITS - PRODUCT_BITS{product[PRODUCT_BITS-1]}}, product};
        end
        if (filter == FILTERS - 1) assign moving = filters[0].sum;
        else assign moving = filters[filter+1].sum;
      end
      assign heads[group*SUM_BITS+:SUM_BITS] = filters[0].sum;
    end
  endgenerate
endmodule
