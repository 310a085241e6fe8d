// The dealer alone: a word of dealer.hex a clock. For each result that is taken a line: address and value in each bank.
`timescale 1ns / 1ns
module dealer_bench;
  parameter BANKS = 4;
  parameter BANK_BITS = 2;
  parameter ADDRESS_BITS = 10;
  parameter INDEX_BITS = 3;
  parameter CLOCKS = 1;
  localparam WIDTH = 7 + BANK_BITS + 3 * ADDRESS_BITS + BANKS * INDEX_BITS;

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:CLOCKS-1];
  reg [WIDTH-1:0] word = 0;
  wire start, take, channels_end, blocks_end, single;
  wire [1:0] phases;
  wire [BANK_BITS-1:0] group;
  wire [ADDRESS_BITS-1:0] first, back, skip, address;
  wire [BANKS*INDEX_BITS-1:0] results, values;
  wire [BANKS*BANK_BITS-1:0] phase;
  assign {start, take, channels_end, blocks_end, single, group, phases, first, back, skip, results} = word;

  dealer #(
      .BANKS(BANKS),
      .BANK_BITS(BANK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .INDEX_BITS(INDEX_BITS)
  ) dealer (
      .clk(clk),
      .start(start),
      .take(take),
      .channels_end(channels_end),
      .blocks_end(blocks_end),
      .single(single),
      .group(group),
      .phases(phases),
      .first(first),
      .back(back),
      .skip(skip),
      .results(results),
      .address(address),
      .phase(phase),
      .values(values)
  );

  integer i, bank;
  initial begin
    $readmemh("dealer.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1;
      if (take) begin
        for (bank = 0; bank < BANKS; bank = bank + 1)
          $write(" %0d:%0d", address | phase[bank*BANK_BITS+:BANK_BITS], values[bank*INDEX_BITS+:INDEX_BITS]);
        $display("");
      end
      clk = 1'b1;
      #1 clk = 1'b0;
      #1;
    end
    $finish;
  end
endmodule
