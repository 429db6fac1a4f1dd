// The style sheet of reports, and the script that draws their charts.
#pragma once

namespace wavetrain::app {

inline constexpr const char* kReportStyle = R"css(
:root{--ink:#1c2430;--soft:#5c6675;--paper:#fff;--panel:#f6f7f9;--line:#dfe3e8;--good:#2a9d63;--bad:#d9480f;--warm:#e8590c;
--cool:#9db4c8;--l0:#1f6fb4;--l1:#d9660a;--l2:#2a9d63;--l3:#9c36b5;--l4:#c2255c;--l5:#0c8599;--band:rgba(31,111,180,.16);
--mark:rgba(217,72,15,.16)}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--paper:#12161c;--panel:#1a2028;--line:#2d3642;
--good:#3cc27f;--bad:#ff7a45;--warm:#ff8f4d;--cool:#4a6076;--l0:#5aa9e6;--l1:#ff9f4d;--l2:#57cc99;--l3:#d08ce8;--l4:#f783ac;
--l5:#3bc9db;--band:rgba(90,169,230,.22);--mark:rgba(255,122,69,.22)}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 4px}h2{font-size:1.15rem;margin:36px 0 10px}
.subtitle{color:var(--soft);margin:0 0 20px;overflow-wrap:anywhere}
.warning{border-left:4px solid var(--bad);background:var(--panel);padding:8px 12px}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
th,td{padding:5px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:600}th:first-child,td:first-child{text-align:left}
tr.strong td{font-weight:650}.confusion td{text-align:center}.confusion td:first-child{text-align:left}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:12px;font-size:.8rem;line-height:1.35;margin:0;
width:max-content;min-width:100%}
pre.command{width:auto;white-space:pre-wrap;overflow-wrap:anywhere}
figure{margin:0}.chart canvas{width:100%;display:block;background:var(--panel);border:1px solid var(--line);border-radius:6px;
touch-action:pan-y}
.chart figcaption{min-height:1.6em;color:var(--soft);font-size:.85rem;font-variant-numeric:tabular-nums}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px}
.gallery svg{width:100%;background:var(--panel);border:1px solid var(--line);border-radius:6px}
.gallery path{fill:none;stroke-width:1.6;stroke-linecap:round}.gallery figcaption{font-size:.82rem;color:var(--soft)}
.c0{stroke:var(--l0)}.c1{stroke:var(--l1)}.c2{stroke:var(--l2)}.c3{stroke:var(--l3)}.c4{stroke:var(--l4)}.c5{stroke:var(--l5)}
)css";

// Each chart keeps a range of positions; drawing takes the smallest and largest value of what falls on one column of
// pixels, so that 100,000 points stay quick and no peak is lost. Wheel and pinch zoom, dragging moves, a double click
// or tap shows all.
inline constexpr const char* kReportScript = R"js(
'use strict';
function drawChart(id,data){
const canvas=document.getElementById(id),caption=canvas.nextElementSibling,context=canvas.getContext('2d');
let count=0;for(const p of data.panels)for(const l of p.lines)count=Math.max(count,l.values.length);
let from=0,to=Math.max(count-1,1),hover=-1;
const left=56,right=10,gap=40,top=26;
const color=name=>getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const label=i=>data.labels?data.labels[i]:String(data.first+i);
const show=v=>v===null||v===undefined?'–':Math.abs(v)>=1e5||(v!==0&&Math.abs(v)<1e-3)?v.toExponential(3):String(+v.toPrecision(5));
function ticks(low,high,most){const raw=(high-low)/most||1,power=10**Math.floor(Math.log10(raw)),ratio=raw/power;
const step=(ratio<1.5?1:ratio<3.5?2:ratio<7.5?5:10)*power,list=[];
for(let v=Math.ceil(low/step)*step;v<=high+step*1e-9;v+=step)list.push(Math.abs(v)<step*1e-6?0:v);return list}
function draw(){
const ratio=window.devicePixelRatio||1,width=canvas.clientWidth,height=canvas.clientHeight;
canvas.width=width*ratio;canvas.height=height*ratio;context.setTransform(ratio,0,0,ratio,0,0);context.clearRect(0,0,width,height);
context.font='12px system-ui,sans-serif';
const x=i=>left+(i-from)/(to-from)*(width-left-right),panelHeight=(height-gap*data.panels.length-10)/data.panels.length;
data.panels.forEach((panel,k)=>{
const y0=top+k*(panelHeight+gap),first=Math.max(0,Math.floor(from)),last=Math.min(count-1,Math.ceil(to));
let low=Infinity,high=-Infinity;
const see=v=>{if(v!==null&&v!==undefined){if(v<low)low=v;if(v>high)high=v}};
for(const line of panel.lines)for(let i=first;i<=last;i++)see(line.values[i]);
if(panel.low)for(let i=first;i<=last;i++){see(panel.low[i]);see(panel.high[i])}
if(panel.threshold!==null)see(panel.threshold);
if(!(low<=high)){low=0;high=1}if(low===high){const pad=Math.abs(low)*.1||1;low-=pad;high+=pad}
const pad=(high-low)*.05;low-=pad;high+=pad;
const y=v=>y0+panelHeight-(v-low)/(high-low)*panelHeight;
context.fillStyle=color('--ink');context.textAlign='left';context.font='600 12px system-ui,sans-serif';
context.fillText(panel.title,left,y0-9);let at=left+context.measureText(panel.title).width+16;
context.font='12px system-ui,sans-serif';
if(panel.lines.length>1||panel.low)panel.lines.forEach((line,n)=>{context.fillStyle=color('--l'+n%6);context.fillText(line.name,at,y0-9);
at+=context.measureText(line.name).width+12});
context.strokeStyle=color('--line');context.fillStyle=color('--soft');context.lineWidth=1;
for(const v of ticks(low,high,4)){context.beginPath();context.moveTo(left,y(v));context.lineTo(width-right,y(v));context.stroke();
context.textAlign='right';context.fillText(show(v),left-6,y(v)+4)}
context.textAlign='center';
const most=data.labels?Math.max(2,Math.floor(width/190)):Math.max(2,Math.floor(width/90));
const indices=data.labels?Array.from({length:most},(_,n)=>Math.round(from+(n+.5)*(to-from)/most)):
ticks(from+data.first,to+data.first,most).filter(v=>Number.isInteger(v)).map(v=>v-data.first);
if(k===data.panels.length-1)for(const i of indices)if(i>=0&&i<count)context.fillText(label(i),x(i),y0+panelHeight+16);
context.save();context.beginPath();context.rect(left,y0-2,width-left-right,panelHeight+4);context.clip();
context.fillStyle=color('--mark');
for(const [a,b] of panel.marks)context.fillRect(x(a-.5),y0,Math.max(2,x(b+.5)-x(a-.5)),panelHeight);
if(panel.low){context.fillStyle=color('--band');context.beginPath();let down=false;
const step=Math.max(1,Math.floor((last-first)/(2*width)));
for(let i=first;i<=last;i+=step){const v=panel.high[i];if(v===null)continue;down?context.lineTo(x(i),y(v)):context.moveTo(x(i),y(v));down=true}
for(let i=last;i>=first;i-=step){const v=panel.low[i];if(v!==null)context.lineTo(x(i),y(v))}context.fill()}
panel.lines.forEach((line,n)=>{context.strokeStyle=color('--l'+n%6);context.lineWidth=1.5;context.lineJoin='round';context.beginPath();
const values=line.values,dense=(last-first)>2*width;let down=false;
if(dense){for(let px=left;px<=width-right;px++){const a=Math.max(first,Math.floor(from+(px-left)/(width-left-right)*(to-from))),
b=Math.min(last,Math.floor(from+(px+1-left)/(width-left-right)*(to-from)));let lo=Infinity,hi=-Infinity;
for(let i=a;i<=b;i++){const v=values[i];if(v!==null&&v!==undefined){if(v<lo)lo=v;if(v>hi)hi=v}}
if(lo<=hi){down?context.lineTo(px,y(lo)):context.moveTo(px,y(lo));context.lineTo(px,y(hi));down=true}else down=false}}
else for(let i=first;i<=last;i++){const v=values[i];if(v===null||v===undefined){down=false;continue}
if(down)context.lineTo(x(i),y(v));else{context.moveTo(x(i),y(v));context.lineTo(x(i)+.01,y(v))}down=true}
context.stroke()});
if(panel.threshold!==null){context.strokeStyle=color('--bad');context.setLineDash([6,4]);context.beginPath();
context.moveTo(left,y(panel.threshold));context.lineTo(width-right,y(panel.threshold));context.stroke();context.setLineDash([])}
if(hover>=0){context.strokeStyle=color('--soft');context.lineWidth=1;context.beginPath();context.moveTo(x(hover),y0);
context.lineTo(x(hover),y0+panelHeight);context.stroke()}
context.restore()});
caption.textContent=hover>=0?label(hover)+': '+data.panels.flatMap(p=>p.lines.map(l=>(p.lines.length>1?l.name:p.title)+' '+
show(l.values[hover]))).join(', '):count>200?'Zoom with the wheel or two fingers, move by dragging, double click for all.':''}
const position=px=>from+(px-left)/(canvas.clientWidth-left-right)*(to-from);
function zoom(center,factor){const span=Math.min(Math.max((to-from)*factor,4),Math.max(count-1,1));
const part=(center-from)/(to-from);from=center-part*span;to=from+span;clamp()}
function clamp(){const span=to-from;if(from<0){from=0;to=span}if(to>count-1&&count>1){to=count-1;from=to-span}}
canvas.addEventListener('wheel',e=>{e.preventDefault();zoom(position(e.offsetX),e.deltaY>0?1.25:.8);draw()},{passive:false});
canvas.addEventListener('dblclick',()=>{from=0;to=Math.max(count-1,1);draw()});
const touches=new Map();let moved=0;
canvas.addEventListener('pointerdown',e=>{touches.set(e.pointerId,e.offsetX);canvas.setPointerCapture(e.pointerId)});
canvas.addEventListener('pointermove',e=>{
if(touches.has(e.pointerId)){const before=touches.get(e.pointerId);
if(touches.size===1){const shift=(before-e.offsetX)/(canvas.clientWidth-left-right)*(to-from);from+=shift;to+=shift;clamp()}
else{const other=[...touches].find(([id])=>id!==e.pointerId)[1],was=Math.abs(before-other),now=Math.abs(e.offsetX-other);
if(was>4&&now>4)zoom(position((e.offsetX+other)/2),was/now)}
touches.set(e.pointerId,e.offsetX)}
const i=Math.round(position(e.offsetX));hover=i>=0&&i<count?i:-1;draw()});
for(const name of ['pointerup','pointercancel'])canvas.addEventListener(name,e=>touches.delete(e.pointerId));
canvas.addEventListener('pointerleave',()=>{hover=-1;draw()});
new ResizeObserver(draw).observe(canvas);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change',draw);draw()}
for(const [id,data] of charts)drawChart(id,data);
)js";

}  // namespace wavetrain::app
