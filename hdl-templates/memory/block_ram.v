// A memory with one port to read and one to write. What is read shows a clock after `read` and stays until the next.
//
// Written so that tools make block RAM of it. A place that is read in the clock in which it is written gives either value.
module block_ram #(
    parameter WIDTH = 8,
    parameter WORDS = 512,
    parameter ADDRESS_BITS = 9
) (
    input clk,
    input read,
    input [ADDRESS_BITS-1:0] read_address,
    output reg [WIDTH-1:0] value,
    input write,
    input [ADDRESS_BITS-1:0] write_address,
    input [WIDTH-1:0] write_value
);
  (* no_rw_check *)
  reg [WIDTH-1:0] words[0:WORDS-1];

  localparam USED = WORDS > 1 ? $clog2(WORDS) : 1;  // bits of an address that tell one word from another
  wire unused = &{1'b0, read_address, write_address};

  always @(posedge clk) begin
    if (write) words[write_address[USED-1:0]] <= write_value;
    if (read) value <= words[read_address[USED-1:0]];
  end
endmodule
