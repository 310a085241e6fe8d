// A simulated board for iverilog: the top module, clock by clock, with its serial line on standard input and output, as board.cpp has it.
//
// Reading from a pipe stops the simulation until something comes, and the host may be waiting for an answer. So this program says a line
// each time, and the host's end (toolkit/device/links/polled-link.ts) answers two of them with two bytes:
//
//   poll      is there a byte?           0 0: no; 1 and the byte: yes
//   wait      all is quiet here          1 and the byte, once there is one
//   byte xx   what the design has sent   no answer
`timescale 1ns / 1ps
`ifndef CHIP
`define CHIP top
`endif
module board;
  parameter CLOCKS_PER_BIT = 104;
  // After so many clocks without a bit on the line the design waits for a request, and the host's next byte is waited for.
  localparam IDLE_CLOCKS = 1 << 22;
  localparam POLL_CLOCKS = 256;
  parameter START_CLOCKS = 4096;  // a host that is asked at once would speak while the design is still in its reset
  localparam [31:0] STDIN = 32'h8000_0000;
  localparam [31:0] STDOUT = 32'h8000_0001;

  reg clk = 1'b0;
  reg rx = 1'b1;
  wire tx;
  `CHIP chip_on_board (
      .clk(clk),
      .rx(rx),
      .tx(tx)
  );

  integer sending = 0;  // bits left, of start bit, data, stop bit
  integer send_clocks = 0;  // left of this bit
  reg [9:0] frame = 10'h3ff;

  integer receive_clocks = 0;  // until the line is looked at; 0: nothing comes
  integer received = 0;  // bits
  reg [9:0] came = 10'd0;

  integer quiet = 0;  // clocks
  integer flag, data;

  task ask;
    begin
      if (quiet >= IDLE_CLOCKS) $display("wait");
      else $display("poll");
      $fflush(STDOUT);
      flag = $fgetc(STDIN);
      data = $fgetc(STDIN);
      if (data < 0) $finish(0);
      else if (flag == 1) begin
        frame = {1'b1, data[7:0], 1'b0};
        sending = 10;
        send_clocks = CLOCKS_PER_BIT;
      end
    end
  endtask

  task send;
    if (sending != 0) begin
      send_clocks = send_clocks - 1;
      if (send_clocks == 0) begin
        frame = {1'b1, frame[9:1]};
        sending = sending - 1;
        send_clocks = CLOCKS_PER_BIT;
      end
    end
  endtask

  task receive;
    if (receive_clocks == 0) begin
      if (tx === 1'b0) begin
        receive_clocks = CLOCKS_PER_BIT / 2;
        received = 0;
      end
    end else begin
      receive_clocks = receive_clocks - 1;
      if (receive_clocks == 0) begin
        came = {tx, came[9:1]};
        received = received + 1;
        if (received < 10 && !(received == 1 && tx)) receive_clocks = CLOCKS_PER_BIT;
        if (received == 10 && tx) begin
          $display("byte %02x", came[8:1]);
          $fflush(STDOUT);
        end
      end
    end
  endtask

  initial begin
    repeat (START_CLOCKS) begin
      #1 clk = 1'b1;
      #1 clk = 1'b0;
    end
    forever begin
      if (sending == 0 && (quiet < 2 || quiet % POLL_CLOCKS == 0)) ask;
      rx = frame[0] || sending == 0;
      #1 clk = 1'b1;
      #1 clk = 1'b0;
      send;
      receive;
      quiet = sending != 0 || receive_clocks != 0 ? 0 : quiet + 1;
    end
  end
endmodule
