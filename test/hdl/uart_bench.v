// Bytes from a sender to a receiver whose clock runs up to 4 % fast or slow, through noise and a break; and through a fifo.
`timescale 1ns / 1ns
module uart_bench;
  parameter CLOCKS_PER_BIT = 8;
  parameter RECEIVER_PERIOD = 1000;  // of the sender's 1000

  reg tx_clk = 0, rx_clk = 0, reset = 1;
  always #500 tx_clk = ~tx_clk;
  always #(RECEIVER_PERIOD / 2) rx_clk = ~rx_clk;

  reg [7:0] data = 0;
  reg valid = 0, noise = 0, break_line = 0;
  wire ready, sent, received_valid;
  wire [7:0] received;
  uart_tx #(
      .CLOCKS_PER_BIT(CLOCKS_PER_BIT)
  ) sender (
      .clk(tx_clk),
      .reset(reset),
      .data(data),
      .valid(valid),
      .ready(ready),
      .line(sent)
  );
  uart_rx #(
      .CLOCKS_PER_BIT(CLOCKS_PER_BIT)
  ) receiver (
      .clk(rx_clk),
      .reset(reset),
      .line((sent ^ noise) && !break_line),
      .data(received),
      .valid(received_valid),
      .take(1'b1)
  );

  always @(posedge rx_clk) if (received_valid) $display("received %0d", received);

  integer i;
  initial begin
    repeat (8) @(negedge tx_clk);
    reset = 0;
    repeat (4 * CLOCKS_PER_BIT) @(negedge tx_clk);
    for (i = 0; i < 256; i = i + 1) begin
      data  = (i * 73) & 255;
      valid = 1;
      @(negedge tx_clk);
      while (!ready) @(negedge tx_clk);
    end
    valid = 0;
    repeat (12 * CLOCKS_PER_BIT) @(negedge tx_clk);
    // A spike shorter than half a bit is no start bit.
    noise = 1;
    repeat (CLOCKS_PER_BIT / 2 - 2) @(negedge tx_clk);
    noise = 0;
    repeat (12 * CLOCKS_PER_BIT) @(negedge tx_clk);
    // Nor is a line that stays low a byte, however long.
    break_line = 1;
    repeat (50 * CLOCKS_PER_BIT) @(negedge tx_clk);
    break_line = 0;
    repeat (2 * CLOCKS_PER_BIT) @(negedge tx_clk);
    data  = 8'hA5;
    valid = 1;
    @(negedge tx_clk) valid = 0;
    repeat (14 * CLOCKS_PER_BIT) @(negedge tx_clk);
    $finish;
  end
endmodule
