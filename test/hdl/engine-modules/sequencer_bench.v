// The sequencer alone, for one stage: a line for each tap and for each step of draining.
`timescale 1ns / 1ns
module sequencer_bench;
  parameter BANKS = 2;
  parameter BANK_BITS = 1;
  parameter FILTERS = 2;
  parameter ADDRESS_BITS = 10;
  parameter COUNT_BITS = 6;
  parameter TAP_BITS = 6;
  parameter INDEX_BITS = 3;
  parameter THRESHOLDS = 1;
  parameter ROWS_LAST = 0;
  parameter BLOCKS_LAST = 0;
  parameter CHANNELS_LAST = 0;
  parameter TAP_FIRST = 0;
  parameter TAP_LAST = 0;
  parameter INNER_LAST = 0;
  parameter STEPS_LAST = 0;
  parameter ONE_CHANNEL = 0;
  parameter WIDE = 0;
  parameter BLOCK_STEP = 0;
  parameter ROW_STEP = 0;
  parameter CHANNEL_SHIFT = 0;
  parameter ROW_STRIDE = 1;

  reg clk = 1'b0;
  reg reset = 1'b1;
  reg start = 1'b0;
  wire busy, tap, drain, drain_first, take, channels_end, blocks_end;
  wire [TAP_BITS-1:0] tap_number;
  wire [ADDRESS_BITS-1:0] address;
  wire [COUNT_BITS-1:0] row, block;
  wire [BANK_BITS-1:0] group;

  sequencer #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .FILTERS(FILTERS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .TAP_BITS(TAP_BITS),
      .INDEX_BITS(INDEX_BITS),
      .THRESHOLDS(THRESHOLDS)
  ) sequencer (
      .clk(clk),
      .reset(reset),
      .start(start),
      .busy(busy),
      .rows_last(ROWS_LAST[COUNT_BITS-1:0]),
      .blocks_last(BLOCKS_LAST[COUNT_BITS-1:0]),
      .channels_last(CHANNELS_LAST[COUNT_BITS-1:0]),
      .tap_first(TAP_FIRST[TAP_BITS-1:0]),
      .tap_last(TAP_LAST[TAP_BITS-1:0]),
      .inner_last(INNER_LAST[COUNT_BITS-1:0]),
      .steps_last(STEPS_LAST[INDEX_BITS-1:0]),
      .one_channel(ONE_CHANNEL[0]),
      .wide(WIDE[0]),
      .block_step(BLOCK_STEP[ADDRESS_BITS-1:0]),
      .row_step(ROW_STEP[ADDRESS_BITS-1:0]),
      .channel_shift(CHANNEL_SHIFT[1:0]),
      .row_stride(ROW_STRIDE[COUNT_BITS-1:0]),
      .tap(tap),
      .tap_number(tap_number),
      .address(address),
      .row(row),
      .block(block),
      .drain(drain),
      .drain_first(drain_first),
      .take(take),
      .group(group),
      .channels_end(channels_end),
      .blocks_end(blocks_end)
  );

  always #1 clk = ~clk;
  always @(negedge clk) begin
    if (tap) $display("tap %0d at %0d row %0d block %0d", tap_number, address, row, block);
    if (drain) $display("drain group %0d first %0d take %0d end %0d", group, drain_first, take, take && channels_end);
  end

  initial begin
    repeat (2) @(negedge clk);
    reset = 1'b0;
    start = 1'b1;
    @(negedge clk) start = 1'b0;
    while (busy) @(negedge clk);
    $finish;
  end
endmodule
