// A picture's bytes in, its label out, a picture every clock: `encoded_pipeline`, and which of its logits is the first largest.
module classifier #(
    parameter PIXELS = 784,
    parameter PIXEL_BITS = 1,  // of a pixel's index
    parameter LOGITS = 10,
    parameter SUM_BITS = 12,
    parameter ELEMENT_BITS = 1,  // of the elements that the pipeline tells
    parameter LABEL_BITS = 4  // $clog2(LOGITS), at least 1
) (
    input clk,
    input [8*PIXELS-1:0] pixels,  // rows > columns > channels, the first lowest
    output [LOGITS*SUM_BITS-1:0] logits,
    output [LABEL_BITS-1:0] label  // LABEL_BITS clocks after its logits
);
  encoded_pipeline #(
      .PIXELS(PIXELS),
      .PIXEL_BITS(PIXEL_BITS),
      .LOGITS(LOGITS),
      .SUM_BITS(SUM_BITS),
      .ELEMENT_BITS(ELEMENT_BITS)
  ) encoded_pipeline (
      .clk(clk),
      .pixels(pixels),
      .logits(logits)
  );
  first_largest #(
      .COUNT(LOGITS),
      .WIDTH(SUM_BITS),
      .NUMBER_BITS(LABEL_BITS)
  ) first_largest (
      .clk(clk),
      .values(logits),
      .number(label)
  );
endmodule
