// Writes known words to 32 addresses, then writes and reads there at random, and prints every word that comes out.
module spram_bench;
  reg clk = 0;
  reg go = 0;
  reg [3:0] nibble = 0;
  wire [3:0] out;
  top top (
      .clk(clk), .go(go),
      .in0(nibble[0]), .in1(nibble[1]), .in2(nibble[2]), .in3(nibble[3]),
      .out0(out[0]), .out1(out[1]), .out2(out[2]), .out3(out[3])
  );

  integer seed = 1;
  reg [63:0] read;

  task tick(input [3:0] value, input start);
    begin
      nibble = value;
      go = start;
      #1 clk = 1;
      #1 clk = 0;
    end
  endtask

  // Each of the 14 bits alone, all but it, and four more.
  function [13:0] place(input integer i);
    if (i < 14) place = 14'd1 << i;
    else if (i < 28) place = ~(14'd1 << (i - 14));
    else place = {7{i[1:0]}};
  endfunction

  // What the memories are told: power off (low), sleep, standby, chip select, write; four bits each, and a mask.
  task access(input [19:0] told, input [15:0] mask, input [13:0] address, input [63:0] word);
    reg [115:0] all;
    integer k;
    begin
      all = {2'd0, told, mask, address, word};
      for (k = 28; k >= 0; k = k - 1) begin
        if (k > 12) read = {read[59:0], out};
        tick(all[4*k+:4], 1'b0);
      end
      tick(4'd0, 1'b1);
    end
  endtask

  function [63:0] any(input integer unused);
    any = {$random(seed), $random(seed)};
  endfunction

  // Each bit is 1 with a chance of one in eight.
  function [15:0] seldom(input integer unused);
    seldom = $random(seed) & $random(seed) & $random(seed);
  endfunction

  integer n;
  reg [15:0] rare;
  reg [3:0] write;
  reg [15:0] mask;
  initial begin
    for (n = 0; n < 32; n = n + 1) access(20'hF00FF, 16'hFFFF, place(n), any(0));
    access(20'hF00F0, 16'd0, place(0), 64'd0);
    access(20'hF00F0, 16'd0, place(0), 64'd0);
    for (n = 0; n < 600; n = n + 1) begin
      rare = seldom(0);
      write = n % 3 == 0 ? $random(seed) | 1 : 0;
      mask = $random(seed);
      access({~rare[15:12], rare[11:4], ~rare[3:0], write}, mask, place($random(seed) & 31), any(0));
      $display("%h", read);
    end
    $finish;
  end
endmodule
