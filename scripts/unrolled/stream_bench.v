// Gives the classifier a picture of pictures.hex every clock and prints what comes out: `logits` and their values, `label` and its value,
// a line each. parameters.vh has the sizes as macros.
`timescale 1ns / 1ns
`include "parameters.vh"
module stream_bench;
  localparam PICTURES = `PICTURES;
  localparam SUM_BITS = `SUM_BITS;
  localparam LABEL_LATENCY = `LATENCY + `LABEL_BITS;

  reg clk = 0;
  reg [8*`PIXELS-1:0] pictures[0:PICTURES-1];
  reg [8*`PIXELS-1:0] pixels;
  wire [`LOGITS*SUM_BITS-1:0] logits;
  wire [`LABEL_BITS-1:0] label;
  measured measured (
      .clk(clk),
      .pixels(pixels),
      .logits(logits),
      .label(label)
  );
  always #5 clk = ~clk;

  integer i, k;
  initial begin
    $readmemh("pictures.hex", pictures);
    for (i = 0; i < PICTURES + LABEL_LATENCY - 1; i = i + 1) begin
      pixels = i < PICTURES ? pictures[i] : 0;
      @(negedge clk);
      if (i >= `LATENCY - 1 && i < PICTURES + `LATENCY - 1) begin
        $write("logits");
        for (k = 0; k < `LOGITS; k = k + 1) $write(" %0d", $signed(logits[k*SUM_BITS+:SUM_BITS]));
        $write("\n");
      end
      if (i >= LABEL_LATENCY - 1) $write("label %0d\n", label);
    end
    $finish;
  end
endmodule
