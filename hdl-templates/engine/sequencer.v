// Walks through one stage: for every row, block of columns, and part of the channels all taps of the window and, at each, all input
// channels, one tap a clock; then the part's sums are drained, in one or more clocks each.
//
//   rows > blocks > parts > taps > inner channels
//                         > groups, where each has channels of its own > filters > steps
module sequencer #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter FILTERS = 8,
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter TAP_BITS = 6,
    parameter INDEX_BITS = 3,
    parameter THRESHOLDS = 1  // sums may take more than one step
) (
    input clk,
    input reset,
    input start,  // for one clock; the rest of the inputs stay while `busy`
    output reg busy,

    input [COUNT_BITS-1:0] rows_last,
    input [COUNT_BITS-1:0] blocks_last,
    input [COUNT_BITS-1:0] channels_last,  // of what is written
    input [TAP_BITS-1:0] tap_first,
    input [TAP_BITS-1:0] tap_last,
    input [COUNT_BITS-1:0] inner_last,
    input [INDEX_BITS-1:0] steps_last,
    input one_channel,  // a part is one channel, and the same is read; else a part is FILTERS channels
    input wide,  // a part is FILTERS channels in each group

    input [ADDRESS_BITS-1:0] block_step,  // addresses from one block to the next
    input [ADDRESS_BITS-1:0] row_step,  // from a row's last block to the first of the next
    input [1:0] channel_shift,  // log2 of the addresses from one channel to the next
    input [COUNT_BITS-1:0] row_stride,

    // taps
    output tap,
    output [TAP_BITS-1:0] tap_number,
    output [ADDRESS_BITS-1:0] address,  // from the first window's origin, channel included
    output reg [COUNT_BITS-1:0] row,  // of the input, at tap row 0 without padding
    output reg [COUNT_BITS-1:0] block,

    // draining
    output drain,
    output drain_first,  // the first step of a sum
    output take,  // its last
    output reg [BANK_BITS-1:0] group,  // whose sums are drained; 0 where it is all
    output channels_end,  // it is that of the last channel
    output blocks_end
);
  localparam FILTER_BITS = FILTERS > 1 ? $clog2(FILTERS) : 1;
  localparam [FILTER_BITS-1:0] LAST_FILTER = FILTERS[FILTER_BITS-1:0] - 1'b1;
  localparam [BANK_BITS-1:0] LAST_BANK = BANKS[BANK_BITS-1:0] - 1'b1;

  reg [COUNT_BITS-1:0] rows, channel, inner;
  reg [TAP_BITS-1:0] taps;
  reg [FILTER_BITS-1:0] filter;
  reg [ADDRESS_BITS-1:0] block_address;
  reg draining;
  wire steps_end;

  wire inner_end = inner == inner_last;
  wire taps_end = taps == tap_last;
  wire filters_end = filter == LAST_FILTER;
  wire groups_end = !wide || group == LAST_BANK;
  wire part_end = one_channel || channels_end || (filters_end && groups_end);
  wire [COUNT_BITS-1:0] read_channel = one_channel ? channel : inner;

  assign tap = busy && !draining;
  assign tap_number = taps;
  assign address = block_address + ({{ADDRESS_BITS - COUNT_BITS{1'b0}}, read_channel} << channel_shift);
  assign drain = busy && draining;
  assign take = drain && steps_end;
  assign channels_end = channel == channels_last;
  assign blocks_end = block == blocks_last;

  generate
    if (THRESHOLDS != 0) begin : several_steps
      reg [INDEX_BITS-1:0] steps;
      assign drain_first = steps == 0;
      assign steps_end = steps == steps_last;
      always @(posedge clk) begin
        if (drain) steps <= steps_end ? 0 : steps + 1'b1;
        if (start) steps <= 0;
      end
    end else begin : one_step
      assign drain_first = 1'b1;
      assign steps_end = 1'b1;
      wire unused = &{1'b0, steps_last};
    end
  endgenerate

  always @(posedge clk) begin
    if (tap) begin
      inner <= inner_end ? 0 : inner + 1'b1;
      if (inner_end) taps <= taps_end ? tap_first : taps + 1'b1;
      draining <= inner_end && taps_end;
    end
    if (take) begin
      channel <= channels_end ? 0 : channel + 1'b1;
      filter  <= filters_end ? 0 : filter + 1'b1;
      if (wide && filters_end) group <= group + 1'b1;
      if (part_end) begin
        draining <= 1'b0;
        filter <= 0;
        group <= 0;
      end
      if (channels_end) begin
        block <= blocks_end ? 0 : block + 1'b1;
        block_address <= block_address + (blocks_end ? row_step : block_step);
        if (blocks_end) begin
          rows <= rows + 1'b1;
          row <= row + row_stride;
          if (rows == rows_last) busy <= 1'b0;
        end
      end
    end
    if (start) begin
      busy <= 1'b1;
      draining <= 1'b0;
      rows <= 0;
      block <= 0;
      channel <= 0;
      filter <= 0;
      group <= 0;
      inner <= 0;
      taps <= tap_first;
      row <= 0;
      block_address <= 0;
    end
    if (reset) busy <= 1'b0;
  end
endmodule
