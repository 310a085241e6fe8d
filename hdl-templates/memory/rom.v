// Constants from a file of hexadecimal words. What is read shows a clock after `read` and stays until the next.
module rom #(
    parameter FILE = "rom.hex",
    parameter WIDTH = 8,
    parameter WORDS = 512,
    parameter ADDRESS_BITS = 9
) (
    input clk,
    input read,
    input [ADDRESS_BITS-1:0] address,
    output reg [WIDTH-1:0] value
);
  reg [WIDTH-1:0] words[0:WORDS-1];
  initial $readmemh(FILE, words);

  localparam USED = WORDS > 1 ? $clog2(WORDS) : 1;  // bits of an address that tell one word from another
  wire unused = &{1'b0, address};

  always @(posedge clk) if (read) value <= words[address[USED-1:0]];
endmodule
