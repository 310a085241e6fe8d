// Runs 1 pictures through tiny_core and compares every label and every logit with those of tablize's integer reference.
//
// The first picture comes as fast as it is taken, and its clocks are printed; later on pixels and answers wait at random.
`timescale 1ns / 1ps
module tiny_bench;
  localparam PIXELS = 16;
  localparam LOGITS = 3;
  localparam PICTURES = 1;
  localparam PATIENCE = 8336;  // clocks without a pixel or an answer

  reg clk = 1'b0;
  reg reset = 1'b1;
  reg [7:0] pixel = 8'd0;
  reg pixel_valid = 1'b0;
  wire pixel_ready;
  wire [1:0] label;
  wire [29:0] logits;
  wire result_valid;
  reg result_ready = 1'b0;

  tiny_core core (
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

  reg [7:0] pictures[0:PIXELS*PICTURES-1];
  reg [31:0] expected[0:(LOGITS+1)*PICTURES-1];  // of each picture the label, then the logits
  integer sent = 0;  // pixels
  integer answers = 0;
  integer quiet = 0, clocks = 0, loading = 0, running = 0;
  integer seed = 1;
  integer k;
  reg signed [9:0] logit;

  always #5 clk = ~clk;

  task fail;
    begin
      $display("FAILED");
      $stop;
    end
  endtask

  // What the core sees changes between its clocks.
  always @(negedge clk) begin
    pixel_valid = !reset && sent < PIXELS * PICTURES && (sent < PIXELS || $random(seed) % 4 != 0);
    if (pixel_valid) pixel = pictures[sent];
    result_ready = answers == 0 || $random(seed) % 4 == 0;
  end

  always @(posedge clk) begin
    quiet = quiet + 1;
    if (sent > 0) clocks = clocks + 1;
    if (pixel_valid && pixel_ready) begin
      quiet = 0;
      sent = sent + 1;
      if (sent == 1) clocks = 1;
      if (sent == PIXELS) loading = clocks;
    end
    if (result_valid && running == 0) running = clocks - loading;
    if (result_valid && result_ready) begin
      quiet = 0;
      if (label != expected[answers*(LOGITS+1)]) begin
        $display("picture %0d: label %0d, expected %0d", answers + 1, label, expected[answers*(LOGITS+1)]);
        fail;
      end
      for (k = 0; k < LOGITS; k = k + 1) begin
        logit = logits[k*10+:10];
        if (logit != $signed(expected[answers*(LOGITS+1)+1+k])) begin
          $display("picture %0d: logit %0d is %0d, expected %0d", answers + 1, k, logit,
                   $signed(expected[answers*(LOGITS+1)+1+k]));
          fail;
        end
      end
      $display("picture %0d: label %0d", answers + 1, label);
      answers = answers + 1;
      if (answers == PICTURES) begin
        $display("%0d clocks to load the first picture, %0d from its last pixel to its answer", loading, running);
        $display("PASSED: all labels and logits are as expected");
        $finish;
      end
    end
    if (quiet > PATIENCE) begin
      $display("no pixel is taken and no answer comes");
      fail;
    end
  end

  initial begin
    $readmemh("../bench/pictures.hex", pictures);
    $readmemh("../bench/expected.hex", expected);
    repeat (4) @(negedge clk);
    reset = 1'b0;
  end
endmodule
