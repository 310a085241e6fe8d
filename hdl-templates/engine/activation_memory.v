// The activation indices of all tensors: BANKS memories side by side, so that BANKS neighbouring columns are read at once.
//
// An element's place is {address, bank}. Reading gives one value per bank, a clock after `read`; each bank may have an
// address of its own. Writing is one element a clock.
module activation_memory #(
    parameter BANKS = 4,
    parameter BANK_BITS = 2,  // of a bank's number; 1 where there is one bank
    parameter ADDRESS_BITS = 10,
    parameter WORDS = 1024,  // in each bank
    parameter INDEX_BITS = 3
) (
    input clk,
    input read,
    input [BANKS*ADDRESS_BITS-1:0] read_address,
    output [BANKS*INDEX_BITS-1:0] value,
    input write,
    input [BANK_BITS-1:0] write_bank,
    input [ADDRESS_BITS-1:0] write_address,
    input [INDEX_BITS-1:0] write_value
);
  genvar bank;
  generate
    for (bank = 0; bank < BANKS; bank = bank + 1) begin : banks
      block_ram #(
          .WIDTH(INDEX_BITS),
          .WORDS(WORDS),
          .ADDRESS_BITS(ADDRESS_BITS)
      ) memory (
          .clk(clk),
          .read(read),
          .read_address(read_address[bank*ADDRESS_BITS+:ADDRESS_BITS]),
          .value(value[bank*INDEX_BITS+:INDEX_BITS]),
          .write(write && write_bank == bank),
          .write_address(write_address),
          .write_value(write_value)
      );
    end
  endgenerate
endmodule
