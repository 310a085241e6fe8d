// As `rom`, of logic instead of block RAM.
module small_rom #(
    parameter FILE = "rom.hex",
    parameter WIDTH = 8,
    parameter WORDS = 16,
    parameter ADDRESS_BITS = 4
) (
    input clk,
    input read,
    input [ADDRESS_BITS-1:0] address,
    output reg [WIDTH-1:0] value
);
  (* rom_style = "logic", ram_style = "logic" *)
  reg [WIDTH-1:0] words[0:WORDS-1];
  initial $readmemh(FILE, words);

  localparam USED = WORDS > 1 ? $clog2(WORDS) : 1;  // bits of an address that tell one word from another
  wire unused = &{1'b0, address};

  always @(posedge clk) if (read) value <= words[address[USED-1:0]];
endmodule
