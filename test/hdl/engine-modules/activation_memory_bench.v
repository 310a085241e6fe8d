// The activation memory alone: a word of accesses.hex a clock, what all banks show after each.
`timescale 1ns / 1ns
module activation_memory_bench;
  parameter BANKS = 2;
  parameter ADDRESS_BITS = 4;
  parameter WORDS = 12;
  parameter INDEX_BITS = 3;
  parameter CLOCKS = 1;
  localparam WIDTH = 1 + BANKS * (1 + 2 * ADDRESS_BITS + INDEX_BITS);

  reg clk = 1'b0;
  reg [WIDTH-1:0] words[0:CLOCKS-1];
  reg [WIDTH-1:0] word = 0;
  wire read;
  wire [BANKS-1:0] write;
  wire [BANKS*ADDRESS_BITS-1:0] read_address, write_address;
  wire [BANKS*INDEX_BITS-1:0] value, write_value;
  assign {read, read_address, write, write_address, write_value} = word;

  activation_memory #(
      .BANKS(BANKS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .WORDS(WORDS),
      .INDEX_BITS(INDEX_BITS)
  ) memory (
      .clk(clk),
      .read(read),
      .read_address(read_address),
      .value(value),
      .write(write),
      .write_address(write_address),
      .write_value(write_value)
  );

  integer i, bank;
  initial begin
    $readmemh("accesses.hex", words);
    for (i = 0; i < CLOCKS; i = i + 1) begin
      word = words[i];
      #1 clk = 1'b1;
      #1;
      for (bank = 0; bank < BANKS; bank = bank + 1) $write(" %0d", value[bank*INDEX_BITS+:INDEX_BITS]);
      $display("");
      clk = 1'b0;
    end
    $finish;
  end
endmodule
