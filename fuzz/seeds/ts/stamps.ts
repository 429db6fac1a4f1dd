@problemName Clock
@timeStamps true
@missing false
@univariate true
@classLabel true a b
@data
(0,1.5),(1,2.5),(2,3.5):a
(0,1),(1,2),(2,3):b
