// The classifier between shift registers, so that it can be placed on a part with few pins: pixels come in byte by byte. Its highest
// frequency is that of the classifier, whose inputs and outputs are registers here.
`include "parameters.vh"
module harness (
    input clk,
    input [7:0] pixel,
    output reg label
);
  reg [8*`PIXELS-1:0] pixels;
  wire [`LABEL_BITS-1:0] number;
  reg [`LABEL_BITS-1:0] told;
  measured measured (
      .clk(clk),
      .pixels(pixels),
      .logits(),
      .label(number)
  );
  always @(posedge clk) begin
    pixels <= {pixel, pixels[8*`PIXELS-1:8]};
    told   <= number;
    label  <= ^told;
  end
endmodule
