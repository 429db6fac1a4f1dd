# two classes
@problemName Steps
@timeStamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@seriesLength 4
@classLabel true up down
@data
1,2,?,4.5:0,0,1,1:up
4,-3e2,2:1,0.25,0:down
