// A large memory of 16 bits a word with one port: in a clock it is written or read. What is read shows a clock after its address.
//
// Written so that tools make of it what a part has of such memories (SPRAM of iCE40 UltraPlus parts, 16,384 words), which no
// bitstream fills.
module large_ram #(
    parameter WORDS = 16384,
    parameter ADDRESS_BITS = 14
) (
    input clk,
    input [ADDRESS_BITS-1:0] address,
    input write,
    input [15:0] write_value,
    output reg [15:0] value
);
  (* ram_style = "huge" *)
  reg [15:0] words[0:WORDS-1];

  localparam USED = WORDS > 1 ? $clog2(WORDS) : 1;  // bits of an address that tell one word from another
  wire unused = &{1'b0, address};

  always @(posedge clk) begin
    if (write) words[address[USED-1:0]] <= write_value;
    else value <= words[address[USED-1:0]];
  end
endmodule
