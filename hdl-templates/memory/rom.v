// Constants from a file of hexadecimal words. What is read shows a clock after its address.
//
// STYLE "logic" makes logic of it, "auto" leaves it to the tools.
module rom #(
    parameter FILE = "rom.hex",
    // STYLE stands in an attribute alone, which only synthesis reads.
    // verilator lint_off UNUSEDPARAM
    parameter STYLE = "auto",
    // verilator lint_on UNUSEDPARAM
    parameter WIDTH = 8,
    parameter WORDS = 512,
    parameter ADDRESS_BITS = 9
) (
    input clk,
    input [ADDRESS_BITS-1:0] address,
    output reg [WIDTH-1:0] value
);
  (* rom_style = STYLE, ram_style = STYLE *)
  reg [WIDTH-1:0] words[0:WORDS-1];
  initial $readmemh(FILE, words);

  localparam USED = WORDS > 1 ? $clog2(WORDS) : 1;  // bits of an address that tell one word from another
  wire unused = &{1'b0, address};

  always @(posedge clk) value <= words[address[USED-1:0]];
endmodule
