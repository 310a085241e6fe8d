// What a core does when it is reset in the middle of a picture and of its work, and when nobody takes its answer. Prints an answer a line.
`timescale 1ns / 1ns
`include "names.vh"
module stream_bench;
  localparam PIXELS = `PIXELS;
  localparam LOGITS = `LOGITS;
  localparam SUM_BITS = `SUM_BITS;
  localparam LABEL_BITS = `LABEL_BITS;

  reg clk = 0, reset = 1;
  reg [7:0] pixel = 0;
  reg pixel_valid = 0, result_ready = 0;
  wire pixel_ready, result_valid;
  wire [LABEL_BITS-1:0] label;
  wire [LOGITS*SUM_BITS-1:0] logits;
  `CORE core (
      .clk(clk),
      .reset(reset),
      .pixel(pixel),
      .pixel_valid(pixel_valid),
      .pixel_ready(pixel_ready),
      .label(label),
      .logits(logits),
      .result_valid(result_valid),
      .result_ready(result_ready)
  );

  reg [7:0] pictures[0:2*PIXELS-1];
  reg signed [SUM_BITS-1:0] logit;
  integer i, k;
  always #5 clk = ~clk;

  task send(input integer picture, input integer count);
    for (i = 0; i < count; i = i + 1) begin
      pixel = pictures[picture*PIXELS+i];
      pixel_valid = 1;
      #1;
      while (!pixel_ready) begin
        @(negedge clk);
        #1;
      end
      @(negedge clk) pixel_valid = 0;
    end
  endtask

  task start_again;
    begin
      reset = 1;
      @(negedge clk) reset = 0;
      if (result_valid) $display("an answer after a reset");
    end
  endtask

  task tell;
    begin
      while (!result_valid) @(negedge clk);
      $write("%0d", label);
      for (k = 0; k < LOGITS; k = k + 1) begin
        logit = logits[k*SUM_BITS+:SUM_BITS];
        $write(" %0d", logit);
      end
      $display("");
    end
  endtask

  task take;
    begin
      result_ready = 1;
      @(negedge clk) result_ready = 0;
    end
  endtask

  initial begin
    #1000000 $display("it stands still");
    $finish;
  end

  initial begin
    $readmemh("pictures.hex", pictures);
    repeat (3) @(negedge clk);
    reset = 0;
    // In the middle of a picture, then of the work on another.
    send(0, PIXELS / 2);
    start_again;
    send(1, PIXELS);
    repeat (`BUSY) @(negedge clk);
    start_again;
    // The next picture waits until the answer is taken.
    send(0, PIXELS);
    tell;
    send(1, PIXELS);
    repeat (20 * `BUSY) @(negedge clk);
    if (pixel_ready) $display("a third picture is let in");
    tell;
    take;
    tell;
    take;
    if (result_valid) $display("an answer too many");
    $finish;
  end
endmodule
