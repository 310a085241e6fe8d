// The fetching of activations alone: a tap of taps.hex is issued in each clock; a line has what it gave two clocks later, or, for a look
// at one place, what all banks showed.
`timescale 1ns / 1ns
module fetch_bench;
  parameter BANKS = 4;
  parameter BANK_BITS = 2;
  parameter ADDRESS_BITS = 6;
  parameter COUNT_BITS = 6;
  parameter INDEX_BITS = 5;
  parameter BOUNDED = 1;
  parameter BLOCK_STEP = 1;
  parameter PADDING = 0;
  parameter BROADCAST = 0;
  parameter TAPS = 1;
  localparam WIDTH = 1 + 3 * ADDRESS_BITS + 6 * COUNT_BITS + 2 * BANK_BITS;

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:TAPS-1];
  reg [INDEX_BITS-1:0] memory[0:(BANKS<<ADDRESS_BITS)-1];
  reg [WIDTH-1:0] issued = 0, before = 0;

  wire [ADDRESS_BITS-1:0] address, offset, look_address;
  wire [COUNT_BITS-1:0] row, block, row_from, row_to, column_from, column_to;
  wire [BANK_BITS-1:0] turn, skew;
  wire look;
  assign {address, row, block} = issued[WIDTH-1-:ADDRESS_BITS+2*COUNT_BITS];
  assign {offset, turn, skew, row_from, row_to, column_from, column_to, look, look_address} =
      before[WIDTH-ADDRESS_BITS-2*COUNT_BITS-1:0];

  wire [BANKS*ADDRESS_BITS-1:0] read_address;
  reg [BANKS*INDEX_BITS-1:0] value;
  wire [BANKS*INDEX_BITS-1:0] activations;
  fetch #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .COUNT_BITS(COUNT_BITS),
      .INDEX_BITS(INDEX_BITS),
      .BOUNDED(BOUNDED)
  ) fetch (
      .clk(clk),
      .address(address),
      .row(row),
      .block(block),
      .block_step(BLOCK_STEP[ADDRESS_BITS-1:0]),
      .padding(PADDING[INDEX_BITS-1:0]),
      .broadcast(BROADCAST[0]),
      .offset(offset),
      .turn(turn),
      .skew(skew),
      .row_from(row_from),
      .row_to(row_to),
      .column_from(column_from),
      .column_to(column_to),
      .look(look),
      .look_address(look_address),
      .read_address(read_address),
      .value(value),
      .activations(activations)
  );

  integer bank;
  always @(posedge clk)
    for (bank = 0; bank < BANKS; bank = bank + 1)
      value[bank*INDEX_BITS+:INDEX_BITS] <= memory[(bank<<ADDRESS_BITS)+read_address[bank*ADDRESS_BITS+:ADDRESS_BITS]];

  integer i, group;
  wire [BANKS*INDEX_BITS-1:0] shown = look ? value : activations;
  initial begin
    $readmemh("taps.hex", words);
    $readmemh("memory.hex", memory);
    for (i = 0; i <= TAPS; i = i + 1) begin
      if (i < TAPS) issued = words[i];
      #1 clk = 1'b1;
      #1;
      if (i > 0) begin
        for (group = 0; group < BANKS; group = group + 1) $write(" %0d", shown[group*INDEX_BITS+:INDEX_BITS]);
        $display("");
      end
      before = issued;
      clk = 1'b0;
      #1;
    end
    $finish;
  end
endmodule
