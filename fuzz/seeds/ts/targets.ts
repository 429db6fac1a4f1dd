@problemName Slope
@timeStamps false
@univariate true
@equalLength true
@seriesLength 3
@targetLabel true
@data
1,2,3:0.5
3,2,1:-0.5
NaN,1,inf:1e-3
