// What is measured: the classifier in the sizes of parameters.vh.
`include "parameters.vh"
module measured (
    input clk,
    input [8*`PIXELS-1:0] pixels,
    output [`LOGITS*`SUM_BITS-1:0] logits,
    output [`LABEL_BITS-1:0] label  // LABEL_BITS clocks after its logits
);
  classifier #(
      .PIXELS(`PIXELS),
      .PIXEL_BITS(`PIXEL_BITS),
      .LOGITS(`LOGITS),
      .SUM_BITS(`SUM_BITS),
      .ELEMENT_BITS(`ELEMENT_BITS),
      .LABEL_BITS(`LABEL_BITS)
  ) classifier (
      .clk(clk),
      .pixels(pixels),
      .logits(logits),
      .label(label)
  );
endmodule
