// The activation indices of all tensors: BANKS memories side by side, so that BANKS neighbouring columns are read, and those of a
// block written, in one clock.
//
// Each bank has addresses of its own. What is read shows a clock after `read`.
module activation_memory #(
    parameter BANKS = 4,
    parameter ADDRESS_BITS = 10,
    parameter WORDS = 1024,  // in each bank
    parameter INDEX_BITS = 3
) (
    input clk,
    input read,
    input [BANKS*ADDRESS_BITS-1:0] read_address,
    output [BANKS*INDEX_BITS-1:0] value,
    input [BANKS-1:0] write,
    input [BANKS*ADDRESS_BITS-1:0] write_address,
    input [BANKS*INDEX_BITS-1:0] write_value
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
          .write(write[bank]),
          .write_address(write_address[bank*ADDRESS_BITS+:ADDRESS_BITS]),
          .write_value(write_value[bank*INDEX_BITS+:INDEX_BITS])
      );
    end
  endgenerate
endmodule
