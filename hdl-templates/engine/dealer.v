// Where the results of a block of columns are written. The first column of group g is block x BANKS + g.
//
// A tensor that is read in steps of P = 2^phases columns lies so that both the columns of a block and BANKS columns in such steps are in
// different banks: group l x P + p goes to bank ((block + p) mod P) x BANKS / P + l, and p is the lowest part of the address.
//
//   take:    the results are written in this clock, and the next channel follows
//   single:  only one result counts: bank 0 gets that of `group`, the others that of group 0
module dealer #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,
    parameter ADDRESS_BITS = 10,
    parameter INDEX_BITS = 3
) (
    input clk,
    input start,  // of a stage
    input take,
    input channels_end,  // of the block's last channel
    input blocks_end,  // in the row's last block

    // of the stage
    input single,
    input [BANK_BITS-1:0] group,
    input [1:0] phases,
    input [ADDRESS_BITS-1:0] first,
    input [ADDRESS_BITS-1:0] back,  // from the last channel to the first of a next block that shares its addresses
    input [ADDRESS_BITS-1:0] skip,  // and of one that does not

    input [BANKS*INDEX_BITS-1:0] results,
    output reg [ADDRESS_BITS-1:0] address,  // without phases
    output [BANKS*BANK_BITS-1:0] phase,
    output [BANKS*INDEX_BITS-1:0] values
);
  localparam DIGITS = BANKS == 1 ? 0 : BANK_BITS;
  reg [BANK_BITS-1:0] block;
  wire [BANK_BITS-1:0] ones = ~({BANK_BITS{1'b1}} << phases);
  wire shared = !blocks_end && (block & ones) != ones;
  wire [ADDRESS_BITS-1:0] next_channel = {{ADDRESS_BITS - 1{1'b0}}, 1'b1} << phases;

  always @(posedge clk) begin
    if (take) begin
      address <= address + (!channels_end ? next_channel : shared ? back : skip);
      if (channels_end) block <= blocks_end ? {BANK_BITS{1'b0}} : block + 1'b1;
    end
    if (start) begin
      address <= first;
      block   <= 0;
    end
  end

  genvar i;
  generate
    for (i = 0; i < BANKS; i = i + 1) begin : banks
      if (BANKS == 1) begin : one
        assign phase = 0;
        assign values = results;
        wire unused = &{1'b0, single, group};
      end else begin : several
        localparam [BANK_BITS-1:0] NUMBER = i[BANK_BITS-1:0];
        wire [BANK_BITS-1:0] high = NUMBER >> (DIGITS[2:0] - {1'b0, phases});
        wire [BANK_BITS-1:0] low = NUMBER & ~({BANK_BITS{1'b1}} << (DIGITS[2:0] - {1'b0, phases}));
        wire [BANK_BITS-1:0] own = single ? {BANK_BITS{1'b0}} : (high - block) & ones;
        wire [BANK_BITS-1:0] from = single ? (i == 0 ? group : {BANK_BITS{1'b0}}) : (low << phases) | own;
        assign phase[i*BANK_BITS+:BANK_BITS] = own;
        assign values[i*INDEX_BITS+:INDEX_BITS] = results[from*INDEX_BITS+:INDEX_BITS];
      end
    end
  endgenerate
endmodule
