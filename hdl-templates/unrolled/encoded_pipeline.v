// The pipeline with all bytes of a picture side by side as its input: a picture every clock, its encoding included.
module encoded_pipeline #(
    parameter PIXELS = 784,
    parameter PIXEL_BITS = 1,  // of a pixel's index
    parameter LOGITS = 10,
    parameter SUM_BITS = 12,
    parameter ELEMENT_BITS = 1  // of the elements that the pipeline tells, and nobody reads here
) (
    input clk,
    input [8*PIXELS-1:0] pixels,  // rows > columns > channels, the first lowest
    output [LOGITS*SUM_BITS-1:0] logits
);
  wire [PIXELS*PIXEL_BITS-1:0] indices;
  genvar k;
  generate
    for (k = 0; k < PIXELS; k = k + 1) begin : encoding
      input_table input_table (
          .pixel(pixels[8*k+:8]),
          .index(indices[PIXEL_BITS*k+:PIXEL_BITS])
      );
    end
  endgenerate

  wire [ELEMENT_BITS-1:0] elements;
  wire unused = &{1'b0, elements};
  pipeline pipeline (
      .clk(clk),
      .x(indices),
      .logits(logits),
      .elements(elements)
  );
endmodule
